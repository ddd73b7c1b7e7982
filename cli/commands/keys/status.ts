import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui keys status` */
export class KeysStatusCommand extends HagguiCommand {
  static override summary = helpText('keys.statusSummary');
  static override examples = ['haggui keys status', 'haggui keys status --data /srv/cscom_sangha --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(KeysStatusCommand);
    const { showKeys } = await import('../../services/keys-screens.ts');
    return showKeys(this.invocation, this.dataDirectory(flags));
  }
}
