import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';
import { staffSwitchArgs, staffSwitchFlags } from './staff-switch.ts';

/** `haggui hub staff enable` */
export class HubStaffEnableCommand extends HagguiCommand {
  static override summary = helpText('hubStaff.enableSummary');
  static override args = staffSwitchArgs;
  static override flags = staffSwitchFlags;
  static override examples = [
    'haggui hub staff enable 0b54… --data /srv/hub --facility cscom_sangha --reason "lettre du 12/11/2026"',
  ];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(HubStaffEnableCommand);
    const { setHubStaffActive } = await import('../../../services/hub-staff.ts');
    const { facility, reason } = flags;
    return setHubStaffActive(this.invocation, this.dataDirectory(flags), {
      ...{ facility, reason, id: args.id },
      isActive: true,
    });
  }
}
