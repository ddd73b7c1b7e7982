import { choiceFlag, helpText, loginFlags, textFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui records export` */
export class RecordsExportCommand extends HagguiCommand {
  static override summary = helpText('records.exportSummary');
  static override description = helpText('records.exportDescription');
  static override flags = {
    ...loginFlags,
    format: choiceFlag('records.exportFormat', ['fhir', 'ndjson', 'csv']),
    type: textFlag('records.exportType', 'TYPE'),
    output: textFlag('records.exportOutput', 'FILE'),
    to: textFlag('consent.exportTo', 'NAME'),
    purpose: choiceFlag('consent.exportPurpose', ['TREAT', 'HPAYMT', 'HRESCH', 'PUBHLTH']),
    country: textFlag('consent.exportCountry', 'CC'),
  };
  static override examples = [
    'haggui records export --format fhir --output export.json --login fatou.dolo',
    'haggui records export --format csv --type patient --login fatou.dolo > patients.csv',
    'haggui records export --to "Institut Pasteur" --purpose HRESCH --country FR --output pasteur.json --login fatou.dolo',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(RecordsExportCommand);
    const { signedInClient } = await import('../../services/node-session.ts');
    const { exportRecords } = await import('../../services/record-screens.ts');
    const client = await signedInClient(this.invocation, this.dataDirectory(flags), flags);
    const { format = 'fhir', type, output, to, purpose, country } = flags;
    return exportRecords(this.invocation, client, { format, type, output, destination: { to, purpose, country } });
  }
}
