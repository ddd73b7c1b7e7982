import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui audit verify` */
export class AuditVerifyCommand extends HagguiCommand {
  static override summary = helpText('audit.verifySummary');
  static override description = helpText('audit.verifyDescription');
  static override examples = ['haggui audit verify', 'haggui audit verify --data /srv/cscom_sangha --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(AuditVerifyCommand);
    const { verifyAudit } = await import('../../services/audit-screens.ts');
    return verifyAudit(this.invocation, this.dataDirectory(flags));
  }
}
