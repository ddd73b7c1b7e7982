import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub unlock list` */
export class HubUnlockListCommand extends HagguiCommand {
  static override summary = helpText('unlock.listSummary');
  static override examples = ['haggui hub unlock list --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubUnlockListCommand);
    const { listUnlockRequests } = await import('../../../services/unlock-screens.ts');
    return listUnlockRequests(this.invocation, this.dataDirectory(flags));
  }
}
