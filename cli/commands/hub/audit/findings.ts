import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub audit findings` */
export class HubAuditFindingsCommand extends HagguiCommand {
  static override summary = helpText('hubAudit.findingsSummary');
  static override description = helpText('hubAudit.findingsDescription');
  static override examples = ['haggui hub audit findings --data /srv/hub', 'haggui hub audit findings --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubAuditFindingsCommand);
    const { listFindings } = await import('../../../services/hub-audit-screens.ts');
    return listFindings(this.invocation, this.dataDirectory(flags));
  }
}
