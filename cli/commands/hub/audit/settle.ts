import { Args } from '@oclif/core';
import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub audit settle` */
export class HubAuditSettleCommand extends HagguiCommand {
  static override summary = helpText('hubAudit.settleSummary');
  static override description = helpText('hubAudit.settleDescription');
  static override args = { facility: Args.string({ description: helpText('hubAudit.facility'), required: true }) };
  static override examples = ['haggui hub audit settle cscom_sangha --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(HubAuditSettleCommand);
    const { settleFindings } = await import('../../../services/hub-audit-screens.ts');
    return settleFindings(this.invocation, this.dataDirectory(flags), args.facility);
  }
}
