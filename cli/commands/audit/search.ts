import { auditFilterFlags, helpText, loginFlags, textFlag, wholeFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui audit search` */
export class AuditSearchCommand extends HagguiCommand {
  static override summary = helpText('audit.searchSummary');
  static override description = helpText('audit.searchDescription');
  static override flags = {
    ...loginFlags,
    ...auditFilterFlags,
    limit: wholeFlag('audit.limitFlag', { min: 1, max: 200 }),
    cursor: textFlag('audit.cursorFlag', 'CURSOR'),
  };
  static override examples = [
    'haggui audit search --patient 3f2a… --login awa.dolo',
    'haggui audit search --by moussa.keita --since 2026-11-01 --login awa.dolo --json',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(AuditSearchCommand);
    const { searchAudit } = await import('../../services/audit-screens.ts');
    return searchAudit(this.invocation, this.dataDirectory(flags), flags);
  }
}
