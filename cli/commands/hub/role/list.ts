import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub role list` */
export class HubRoleListCommand extends HagguiCommand {
  static override summary = helpText('role.listSummary');
  static override examples = ['haggui hub role list --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubRoleListCommand);
    const { listPolicies } = await import('../../../services/hub-roles.ts');
    return listPolicies(this.invocation, this.dataDirectory(flags));
  }
}
