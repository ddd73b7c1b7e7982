import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui backup list` */
export class BackupListCommand extends HagguiCommand {
  static override summary = helpText('backup.listSummary');
  static override args = { directory: Args.string({ description: helpText('backup.directory'), ignoreStdin: true }) };
  static override examples = ['haggui backup list', 'haggui backup list /media/cle --json'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(BackupListCommand);
    const { listBackups } = await import('../../services/backup-screens.ts');
    return listBackups(this.invocation, this.dataDirectory(flags), args.directory);
  }
}
