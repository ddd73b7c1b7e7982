import { Args, Flags } from '@oclif/core';
import { helpText, textFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui backup restore` */
export class BackupRestoreCommand extends HagguiCommand {
  static override summary = helpText('backup.restoreSummary');
  static override description = helpText('backup.restoreDescription');
  static override args = {
    file: Args.string({ description: helpText('backup.fileArgument'), required: true, ignoreStdin: true }),
  };
  static override flags = {
    'words-file': textFlag('keys.wordsFileFlag', 'FILE'),
    'through-hub': Flags.boolean({ summary: helpText('backup.throughHubFlag') }),
    force: Flags.boolean({ summary: helpText('backup.forceFlag') }),
  };
  static override examples = [
    'haggui backup restore /media/cle/cscom_sangha-20261126T023000Z.shbackup --words-file enveloppe.txt',
    'haggui backup restore sauvegarde.shbackup --through-hub --force --data /srv/cscom_sangha',
  ];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(BackupRestoreCommand);
    const { restoreBackup } = await import('../../services/backup-restore.ts');
    return restoreBackup(this.invocation, this.dataDirectory(flags), {
      file: args.file,
      wordsFile: flags['words-file'],
      throughHub: flags['through-hub'] === true,
      force: flags.force === true,
    });
  }
}
