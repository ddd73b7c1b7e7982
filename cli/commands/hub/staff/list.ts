import { helpText, requiredTextFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub staff list` */
export class HubStaffListCommand extends HagguiCommand {
  static override summary = helpText('hubStaff.listSummary');
  static override flags = { facility: requiredTextFlag('hubStaff.facilityFlag', 'CODE') };
  static override examples = ['haggui hub staff list --data /srv/hub --facility cscom_sangha'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubStaffListCommand);
    const { listHubStaff } = await import('../../../services/hub-staff.ts');
    return listHubStaff(this.invocation, this.dataDirectory(flags), flags.facility);
  }
}
