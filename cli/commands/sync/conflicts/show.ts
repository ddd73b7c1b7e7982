import { Args } from '@oclif/core';
import { helpText, loginFlags } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui sync conflicts show` */
export class SyncConflictsShowCommand extends HagguiCommand {
  static override summary = helpText('conflicts.showSummary');
  static override description = helpText('review.showDescription');
  static override args = {
    id: Args.string({ description: helpText('conflicts.showId'), required: true, ignoreStdin: true }),
  };
  static override flags = loginFlags;
  static override examples = [
    'haggui sync conflicts show 1.a1b2c3d4e5f6.42~2.0f1e2d3c4b5a.7~5',
    'haggui sync conflicts show 1.a1b2c3d4e5f6.42~2.0f1e2d3c4b5a.7~5 --login fatou.dolo',
  ];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(SyncConflictsShowCommand);
    const { showConflict } = await import('../../../services/conflict-screens.ts');
    return showConflict(this.invocation, this.dataDirectory(flags), { id: args.id, credentials: flags });
  }
}
