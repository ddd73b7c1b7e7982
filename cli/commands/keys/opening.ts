import { helpText, loginFlags, requiredChoiceFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui keys opening` */
export class KeysOpeningCommand extends HagguiCommand {
  static override summary = helpText('keys.openingSummary');
  static override description = helpText('keys.openingDescription');
  static override flags = { by: requiredChoiceFlag('keys.byFlag', ['staff', 'unattended']), ...loginFlags };
  static override examples = [
    'haggui keys opening --by staff --login amadou',
    'haggui keys opening --by unattended --data /srv/cscom_sangha',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(KeysOpeningCommand);
    const { chooseOpening } = await import('../../services/keys-screens.ts');
    return chooseOpening(this.invocation, this.dataDirectory(flags), { opens: flags.by, credentials: flags });
  }
}
