import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub former list` */
export class HubFormerListCommand extends HagguiCommand {
  static override summary = helpText('former.listSummary');
  static override examples = ['haggui hub former list --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubFormerListCommand);
    const { listFormerNodes } = await import('../../../services/former-nodes.ts');
    return listFormerNodes(this.invocation, this.dataDirectory(flags));
  }
}
