import { Args } from '@oclif/core';
import { choiceFlag, helpText, loginFlags } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui records import` */
export class RecordsImportCommand extends HagguiCommand {
  static override summary = helpText('records.importSummary');
  static override description = helpText('records.importDescription');
  static override args = {
    file: Args.string({
      description: helpText('records.importFile'),
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = { ...loginFlags, format: choiceFlag('records.importFormat', ['fhir']) };
  static override examples = ['haggui records import --format fhir --login fatou.dolo bundles/*.json'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(RecordsImportCommand);
    const { fhirFilesOf } = await import('../../services/fhir-files.ts');
    const { signedInClient } = await import('../../services/node-session.ts');
    const { importRecords } = await import('../../services/record-import.ts');
    const files = await fhirFilesOf(args.file);
    const client = await signedInClient(this.invocation, this.dataDirectory(flags), flags);
    return importRecords(this.invocation, client, files);
  }
}
