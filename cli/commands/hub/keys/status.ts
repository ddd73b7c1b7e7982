import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub keys status` */
export class HubKeysStatusCommand extends HagguiCommand {
  static override summary = helpText('hubKeys.statusSummary');
  static override examples = ['haggui hub keys status --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubKeysStatusCommand);
    const { keysStatus } = await import('../../../services/hub-keys.ts');
    return keysStatus(this.invocation, this.dataDirectory(flags));
  }
}
