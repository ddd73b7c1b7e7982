import { helpText, wholeFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub former refuse` */
export class HubFormerRefuseCommand extends HagguiCommand {
  static override summary = helpText('former.refuseSummary');
  static override flags = { node: { ...wholeFlag('former.nodeFlag', { min: 1, max: 0xffffff }), required: true } };
  static override examples = ['haggui hub former refuse --node 5431216 --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubFormerRefuseCommand);
    const { judgeFormerNode } = await import('../../../services/former-nodes.ts');
    return judgeFormerNode(this.invocation, this.dataDirectory(flags), {
      node: flags.node as number,
      decision: 'refused',
    });
  }
}
