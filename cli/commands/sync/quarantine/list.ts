import { helpText, wholeFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui sync quarantine list` */
export class SyncQuarantineListCommand extends HagguiCommand {
  static override summary = helpText('quarantine.listSummary');
  static override description = helpText('quarantine.listDescription');
  static override flags = { limit: wholeFlag('review.limitFlag', { min: 1, max: 200 }) };
  static override examples = ['haggui sync quarantine list', 'haggui sync quarantine list --data /srv/hub --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(SyncQuarantineListCommand);
    const { listQuarantine } = await import('../../../services/quarantine-screens.ts');
    return listQuarantine(this.invocation, this.dataDirectory(flags), flags.limit);
  }
}
