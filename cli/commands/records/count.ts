import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui records count` */
export class RecordsCountCommand extends HagguiCommand {
  static override summary = helpText('records.countSummary');
  static override examples = ['haggui records count', 'haggui records count --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(RecordsCountCommand);
    const { countRecords } = await import('../../services/record-screens.ts');
    return countRecords(this.invocation, this.dataDirectory(flags));
  }
}
