import { Flags } from '@oclif/core';
import { choiceFlag, helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui keys rotate` */
export class KeysRotateCommand extends HagguiCommand {
  static override summary = helpText('keys.rotateSummary');
  static override description = helpText('keys.rotateDescription');
  static override flags = {
    only: choiceFlag('keys.onlyFlag', ['database', 'tokens', 'link']),
    'accept-ring': Flags.boolean({ summary: helpText('keys.acceptRingFlag') }),
  };
  static override examples = [
    'haggui keys rotate',
    'haggui keys rotate --only tokens',
    'haggui keys rotate --data /srv/cscom_sangha --json',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(KeysRotateCommand);
    const { rotateKeys } = await import('../../services/keys-screens.ts');
    const acceptRing = flags['accept-ring'] === true;
    return rotateKeys(this.invocation, this.dataDirectory(flags), { acceptRing, only: flags.only });
  }
}
