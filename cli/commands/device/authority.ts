import { Flags } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui device authority` */
export class DeviceAuthorityCommand extends HagguiCommand {
  static override summary = helpText('device.authoritySummary');
  static override description = helpText('device.authorityDescription');
  static override flags = { replace: Flags.boolean({ summary: helpText('device.replaceFlag') }) };
  static override examples = ['haggui device authority', 'haggui device authority --replace'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(DeviceAuthorityCommand);
    const { showAuthority } = await import('../../services/device-screens.ts');
    return showAuthority(this.invocation, this.dataDirectory(flags), { isToReplace: flags.replace });
  }
}
