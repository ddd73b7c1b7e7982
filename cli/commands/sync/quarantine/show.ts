import { Args } from '@oclif/core';
import { helpText, loginFlags } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui sync quarantine show` */
export class SyncQuarantineShowCommand extends HagguiCommand {
  static override summary = helpText('quarantine.showSummary');
  static override description = helpText('review.showDescription');
  static override args = {
    id: Args.string({ description: helpText('quarantine.showId'), required: true, ignoreStdin: true }),
  };
  static override flags = loginFlags;
  static override examples = [
    'haggui sync quarantine show up-42',
    'haggui sync quarantine show up-42 --login fatou.dolo',
  ];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(SyncQuarantineShowCommand);
    const { showQuarantined } = await import('../../../services/quarantine-screens.ts');
    return showQuarantined(this.invocation, this.dataDirectory(flags), { id: args.id, credentials: flags });
  }
}
