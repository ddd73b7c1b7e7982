import { helpText, loginFlags, textFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui keys unlock` */
export class KeysUnlockCommand extends HagguiCommand {
  static override summary = helpText('keys.unlockSummary');
  static override flags = { ...loginFlags, 'words-file': textFlag('keys.wordsFileFlag', 'FILE') };
  static override examples = ['haggui keys unlock --login amadou', 'haggui keys unlock --words-file enveloppe.txt'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(KeysUnlockCommand);
    const { unlockNode } = await import('../../services/keys-screens.ts');
    return unlockNode(this.invocation, this.dataDirectory(flags), {
      credentials: flags,
      wordsFile: flags['words-file'],
    });
  }
}
