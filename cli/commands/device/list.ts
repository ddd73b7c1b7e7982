import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui device list` */
export class DeviceListCommand extends HagguiCommand {
  static override summary = helpText('device.listSummary');
  static override examples = ['haggui device list', 'haggui device list --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(DeviceListCommand);
    const { listDevices } = await import('../../services/device-screens.ts');
    return listDevices(this.invocation, this.dataDirectory(flags));
  }
}
