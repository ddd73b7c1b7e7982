import { Args } from '@oclif/core';
import { helpText, loginFlags } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui records show` */
export class RecordsShowCommand extends HagguiCommand {
  static override summary = helpText('records.showSummary');
  static override description = helpText('records.showDescription');
  static override args = {
    id: Args.string({ description: helpText('records.showId'), required: true, ignoreStdin: true }),
  };
  static override flags = loginFlags;
  static override examples = ['haggui records show 01997c5e-6f2a-7cc1-9a52-0f6f4e3d2b1a --login fatou.dolo'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(RecordsShowCommand);
    const { signedInClient } = await import('../../services/node-session.ts');
    const { showRecord } = await import('../../services/record-screens.ts');
    const client = await signedInClient(this.invocation, this.dataDirectory(flags), flags);
    return showRecord(this.invocation, client, args.id);
  }
}
