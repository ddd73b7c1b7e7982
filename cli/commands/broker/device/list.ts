import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui broker device list` */
export class BrokerDeviceListCommand extends HagguiCommand {
  static override summary = helpText('broker.listSummary');
  static override description = helpText('broker.listDescription');
  static override examples = ['haggui broker device list', 'haggui broker device list --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(BrokerDeviceListCommand);
    const { listBrokerDevices } = await import('../../../services/broker-screens.ts');
    return listBrokerDevices(this.invocation, this.dataDirectory(flags));
  }
}
