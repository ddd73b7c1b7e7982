import { auditFilterFlags, choiceFlag, helpText, loginFlags, textFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui audit export` */
export class AuditExportCommand extends HagguiCommand {
  static override summary = helpText('audit.exportSummary');
  static override description = helpText('audit.searchDescription');
  static override flags = {
    ...loginFlags,
    ...auditFilterFlags,
    format: choiceFlag('audit.exportFormat', ['csv', 'ndjson', 'fhir']),
    output: textFlag('records.exportOutput', 'FILE'),
  };
  static override examples = [
    'haggui audit export --format csv --output audit.csv --login awa.dolo',
    'haggui audit export --format fhir --since 2026-11-01 --output audit.json --login awa.dolo',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(AuditExportCommand);
    const { exportAudit } = await import('../../services/audit-screens.ts');
    return exportAudit(this.invocation, this.dataDirectory(flags), flags);
  }
}
