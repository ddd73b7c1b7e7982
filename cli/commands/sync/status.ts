import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui sync status` */
export class SyncStatusCommand extends HagguiCommand {
  static override summary = helpText('sync.statusSummary');
  static override examples = ['haggui sync status', 'haggui sync status --data /srv/cscom_sangha --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(SyncStatusCommand);
    const { showSyncStatus } = await import('../../services/sync-screens.ts');
    return showSyncStatus(this.invocation, this.dataDirectory(flags));
  }
}
