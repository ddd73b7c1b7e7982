import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user list` */
export class UserListCommand extends HagguiCommand {
  static override summary = helpText('staff.listSummary');
  static override examples = ['haggui user list', 'haggui user list --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(UserListCommand);
    const { listUsers } = await import('../../services/user-screens.ts');
    return listUsers(this.invocation, this.dataDirectory(flags));
  }
}
