import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui sync quarantine retry` */
export class SyncQuarantineRetryCommand extends HagguiCommand {
  static override summary = helpText('quarantine.retrySummary');
  static override description = helpText('quarantine.retryDescription');
  static override examples = ['haggui sync quarantine retry', 'haggui sync quarantine retry --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(SyncQuarantineRetryCommand);
    const { retryQuarantine } = await import('../../../services/quarantine-screens.ts');
    return retryQuarantine(this.invocation, this.dataDirectory(flags));
  }
}
