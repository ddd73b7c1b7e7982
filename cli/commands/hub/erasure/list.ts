import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub erasure list` */
export class HubErasureListCommand extends HagguiCommand {
  static override summary = helpText('erasure.listSummary');
  static override examples = ['haggui hub erasure list --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubErasureListCommand);
    const { listErasures } = await import('../../../services/hub-erasures.ts');
    return listErasures(this.invocation, this.dataDirectory(flags));
  }
}
