import { Args } from '@oclif/core';
import { helpText, textFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui backup verify` */
export class BackupVerifyCommand extends HagguiCommand {
  static override summary = helpText('backup.verifySummary');
  static override description = helpText('backup.verifyDescription');
  static override args = {
    file: Args.string({ description: helpText('backup.fileArgument'), required: true, ignoreStdin: true }),
  };
  static override flags = { 'words-file': textFlag('keys.wordsFileFlag', 'FILE') };
  static override examples = [
    'haggui backup verify /media/cle/cscom_sangha-20261126T023000Z.shbackup',
    'haggui backup verify ancienne.shbackup --words-file enveloppe.txt --json',
  ];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(BackupVerifyCommand);
    const { verifyBackup } = await import('../../services/backup-screens.ts');
    const wordsFile = flags['words-file'];
    return verifyBackup(this.invocation, this.dataDirectory(flags), { file: args.file, wordsFile });
  }
}
