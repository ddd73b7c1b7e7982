import { PatientFinder } from '../patients/patient-finder.ts';
import { OnceService } from '../resources/once-service.ts';
import { EmergencyGrants } from '../store/emergency-grants.ts';
import { EmergencyAccessService, type EmergencyOptions, type EmergencyTerms } from './emergency-access-service.ts';
import { type EmergencyNoticeOptions, EmergencyNoticeService } from './emergency-notice-service.ts';

/** The part of the configuration: `noticeNumbers` are telephones, separated by commas. */
export type EmergencyConfig = EmergencyTerms & { readonly noticeNumbers?: string | undefined };

/** Emergency access at a node, and who is told of it. */
export type EmergencyParts = { readonly emergencies: EmergencyAccessService; readonly notices: EmergencyNoticeService };

/** Puts emergency access together. */
export function createEmergencyAccess({
  config,
  ...parts
}: Omit<EmergencyNoticeOptions, 'numbers'> &
  Pick<EmergencyOptions, 'audit'> & { readonly config: EmergencyConfig }): EmergencyParts {
  const { store } = parts;
  const numbers = (config.noticeNumbers ?? '').split(',').flatMap((number) => number.trim() || []);
  const notices = new EmergencyNoticeService({ ...parts, numbers });
  const emergencies = new EmergencyAccessService({
    ...{ ...parts, notices, terms: config },
    ...{ once: new OnceService(parts), grants: new EmergencyGrants(parts), patients: new PatientFinder(store) },
  });
  return { emergencies, notices };
}
