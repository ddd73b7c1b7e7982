import { Flags } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui sync verify` */
export class SyncVerifyCommand extends HagguiCommand {
  static override summary = helpText('sync.verifySummary');
  static override description = helpText('sync.verifyDescription');
  static override flags = { repair: Flags.boolean({ summary: helpText('sync.repairFlag') }) };
  static override examples = [
    'haggui sync verify',
    'haggui sync verify --repair',
    'haggui sync verify --data /srv/cscom_sangha --json',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(SyncVerifyCommand);
    const { verifyNow } = await import('../../services/sync-screens.ts');
    return verifyNow(this.invocation, this.dataDirectory(flags), flags.repair);
  }
}
