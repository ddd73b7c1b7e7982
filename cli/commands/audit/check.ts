import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui audit check` */
export class AuditCheckCommand extends HagguiCommand {
  static override summary = helpText('audit.checkSummary');
  static override description = helpText('audit.checkDescription');
  static override args = { file: Args.string({ description: helpText('audit.checkFile'), required: true }) };
  static override examples = ['haggui audit check preuve.json', 'haggui audit check preuve.json --json'];

  async run(): Promise<Outcome> {
    const { args } = await this.parse(AuditCheckCommand);
    const { checkProof } = await import('../../services/audit-proof-file.ts');
    return checkProof(this.invocation, args.file);
  }
}
