import { Args } from '@oclif/core';
import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui broker device revoke` */
export class BrokerDeviceRevokeCommand extends HagguiCommand {
  static override summary = helpText('broker.revokeSummary');
  static override description = helpText('broker.revokeDescription');
  static override args = {
    name: Args.string({ description: helpText('broker.nameArgument'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui broker device revoke frigo-1', 'haggui broker device revoke frigo-1 --json'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(BrokerDeviceRevokeCommand);
    const { revokeBrokerDevice } = await import('../../../services/broker-screens.ts');
    return revokeBrokerDevice(this.invocation, this.dataDirectory(flags), args.name);
  }
}
