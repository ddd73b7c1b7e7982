import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui device revoke` */
export class DeviceRevokeCommand extends HagguiCommand {
  static override summary = helpText('device.revokeSummary');
  static override description = helpText('device.revokeDescription');
  static override args = {
    device: Args.string({ description: helpText('device.revokeDevice'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui device revoke "Tablette de la maternité"'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(DeviceRevokeCommand);
    const { revokeDevice } = await import('../../services/device-screens.ts');
    return revokeDevice(this.invocation, this.dataDirectory(flags), args.device);
  }
}
