import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub user list` */
export class HubUserListCommand extends HagguiCommand {
  static override summary = helpText('user.listSummary');
  static override examples = ['haggui hub user list --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubUserListCommand);
    const { listHubUsers } = await import('../../../services/hub-users.ts');
    return listHubUsers(this.invocation, this.dataDirectory(flags));
  }
}
