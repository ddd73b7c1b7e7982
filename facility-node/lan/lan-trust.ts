import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { CertificateService } from '../certificates/certificate-service.ts';
import { thisHost } from '../certificates/lan-names.ts';
import { type DeviceOptions, DeviceService } from '../enrolled-devices/device-service.ts';

/** What {@link createLanTrust} is made of; `lan` is that part of the configuration. */
export type LanTrustOptions = {
  readonly lan: { readonly names?: string | undefined; readonly devices: 'any' | 'enrolled' };
  readonly db: DeviceOptions['db'];
  readonly audit: DeviceOptions['audit'];
  readonly facility: { readonly code: string; readonly name: string };
  readonly directory: { readonly lanCertificateFile: string };
  readonly clock: Clock;
  readonly log: Log;
};

/** The certificate that devices know this node by, good from now on, and the devices that it knows. */
export function createLanTrust({ lan, db, audit, facility, directory, clock, log }: LanTrustOptions): {
  readonly certificates: CertificateService;
  readonly devices: DeviceService;
} {
  const certificates = new CertificateService({
    ...{ db, facility, clock, log },
    file: directory.lanCertificateFile,
    configuredNames: (lan.names ?? '').split(',').map((name) => name.trim()),
    host: thisHost,
  });
  certificates.refresh();
  return { certificates, devices: new DeviceService({ db, audit, clock, isRequired: lan.devices === 'enrolled' }) };
}
