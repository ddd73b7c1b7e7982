import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui device add` */
export class DeviceAddCommand extends HagguiCommand {
  static override summary = helpText('device.addSummary');
  static override description = helpText('device.addDescription');
  static override examples = ['haggui device add', 'haggui device add --data /srv/cscom_sangha --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(DeviceAddCommand);
    const { addDevice } = await import('../../services/device-screens.ts');
    return addDevice(this.invocation, this.dataDirectory(flags));
  }
}
