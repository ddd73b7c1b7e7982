import { Args } from '@oclif/core';
import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui broker device add` */
export class BrokerDeviceAddCommand extends HagguiCommand {
  static override summary = helpText('broker.addSummary');
  static override description = helpText('broker.addDescription');
  static override args = {
    name: Args.string({ description: helpText('broker.nameArgument'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui broker device add frigo-1', 'haggui broker device add frigo-1 --json'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(BrokerDeviceAddCommand);
    const { addBrokerDevice } = await import('../../../services/broker-screens.ts');
    return addBrokerDevice(this.invocation, this.dataDirectory(flags), args.name);
  }
}
