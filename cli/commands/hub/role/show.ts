import { helpText, requiredTextFlag, textFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub role show` */
export class HubRoleShowCommand extends HagguiCommand {
  static override summary = helpText('role.showSummary');
  static override description = helpText('role.showDescription');
  static override examples = [
    'haggui hub role show --data /srv/hub --role nurse',
    'haggui hub role show --data /srv/hub --role nurse --json | jq .rules > nurse.json',
  ];
  static override flags = {
    role: requiredTextFlag('role.roleFlag', 'ROLE'),
    district: textFlag('role.districtFlag', 'DISTRICT'),
  };

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubRoleShowCommand);
    const { showPolicy } = await import('../../../services/hub-roles.ts');
    const { role, district } = flags;
    return showPolicy(this.invocation, this.dataDirectory(flags), { role, district });
  }
}
