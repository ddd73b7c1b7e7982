import { Flags } from '@oclif/core';
import { helpText, requiredTextFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub erasure add` */
export class HubErasureAddCommand extends HagguiCommand {
  static override summary = helpText('erasure.addSummary');
  static override description = helpText('erasure.addDescription');
  static override examples = [
    'haggui hub erasure add --data /srv/hub --facility cscom_sangha --patient SANGHA-000123-K --reason "lettre du 12/11/2026" --yes',
  ];
  static override flags = {
    facility: requiredTextFlag('erasure.facilityFlag', 'CODE'),
    patient: requiredTextFlag('erasure.patientFlag', 'NUMERO'),
    reason: requiredTextFlag('erasure.reasonFlag', 'TEXTE'),
    yes: Flags.boolean({ summary: helpText('erasure.yesFlag'), required: true }),
  };

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubErasureAddCommand);
    const { erasePatient } = await import('../../../services/hub-erasures.ts');
    const { facility, patient, reason } = flags;
    return erasePatient(this.invocation, this.dataDirectory(flags), { facility, patient, reason });
  }
}
