import { Flags } from '@oclif/core';
import { helpText, loginFlags } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui consent list` */
export class ConsentListCommand extends HagguiCommand {
  static override summary = helpText('consent.listSummary');
  static override description = helpText('consent.listDescription');
  static override flags = {
    ...loginFlags,
    patient: Flags.string({ summary: helpText('consent.patientFlag'), helpValue: 'ID', required: true }),
  };
  static override examples = [
    'haggui consent list --patient 3f2a… --login fatou.dolo',
    'haggui consent list --patient 3f2a… --login fatou.dolo --json',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(ConsentListCommand);
    const { listConsents } = await import('../../services/consent-screens.ts');
    return listConsents(this.invocation, this.dataDirectory(flags), { id: flags.patient, credentials: flags });
  }
}
