import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui backup create` */
export class BackupCreateCommand extends HagguiCommand {
  static override summary = helpText('backup.createSummary');
  static override description = helpText('backup.createDescription');
  static override args = { directory: Args.string({ description: helpText('backup.directory'), ignoreStdin: true }) };
  static override examples = ['haggui backup create /media/cle', 'haggui backup create --json'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(BackupCreateCommand);
    const { createBackup } = await import('../../services/backup-screens.ts');
    return createBackup(this.invocation, this.dataDirectory(flags), args.directory);
  }
}
