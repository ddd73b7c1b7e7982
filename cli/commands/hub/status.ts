import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui hub status` */
export class HubStatusCommand extends HagguiCommand {
  static override summary = helpText('status.hubSummary');
  static override examples = ['haggui hub status --data /srv/hub', 'haggui hub status --data /srv/hub --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubStatusCommand);
    const { showHubStatus } = await import('../../services/status-screen.ts');
    return showHubStatus(this.invocation, this.dataDirectory(flags));
  }
}
