import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui sync now` */
export class SyncNowCommand extends HagguiCommand {
  static override summary = helpText('sync.nowSummary');
  static override examples = ['haggui sync now', 'haggui sync now --data /srv/cscom_sangha --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(SyncNowCommand);
    const { exchangeNow } = await import('../../services/sync-screens.ts');
    return exchangeNow(this.invocation, this.dataDirectory(flags));
  }
}
