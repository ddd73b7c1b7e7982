import { helpText, textFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui keys escrow` */
export class KeysEscrowCommand extends HagguiCommand {
  static override summary = helpText('keys.escrowSummary');
  static override description = helpText('keys.escrowDescription');
  static override flags = { page: textFlag('keys.pageFlag', 'FILE') };
  static override examples = ['haggui keys escrow --page secours.html', 'haggui keys escrow --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(KeysEscrowCommand);
    const { escrowKeys } = await import('../../services/keys-screens.ts');
    return escrowKeys(this.invocation, this.dataDirectory(flags), { page: flags.page });
  }
}
