import { helpText, wholeFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui sync conflicts list` */
export class SyncConflictsListCommand extends HagguiCommand {
  static override summary = helpText('conflicts.listSummary');
  static override description = helpText('conflicts.listDescription');
  static override flags = { limit: wholeFlag('review.limitFlag', { min: 1, max: 200 }) };
  static override examples = [
    'haggui sync conflicts list',
    'haggui sync conflicts list --data /srv/cscom_sangha --json',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(SyncConflictsListCommand);
    const { listConflicts } = await import('../../../services/conflict-screens.ts');
    return listConflicts(this.invocation, this.dataDirectory(flags), flags.limit);
  }
}
