import { Args } from '@oclif/core';
import { helpText, requiredTextFlag } from '../../../flags.ts';

/** What `hub staff disable` and `hub staff enable` are told: whose account, of which facility, and why. */
export const staffSwitchArgs = {
  id: Args.string({ description: helpText('hubStaff.idArgument'), required: true, ignoreStdin: true }),
};

/** See {@link staffSwitchArgs}. */
export const staffSwitchFlags = {
  facility: requiredTextFlag('hubStaff.facilityFlag', 'CODE'),
  reason: requiredTextFlag('hubStaff.reasonFlag', 'TEXTE'),
};
