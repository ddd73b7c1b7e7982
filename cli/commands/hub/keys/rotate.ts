import { Flags } from '@oclif/core';
import { helpText, textFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub keys rotate` */
export class HubKeysRotateCommand extends HagguiCommand {
  static override summary = helpText('hubKeys.rotateSummary');
  static override description = helpText('hubKeys.rotateDescription');
  static override examples = [
    'haggui hub keys rotate --data /srv/hub',
    'haggui hub keys rotate --data /srv/hub --facility cscom_sangha',
    'haggui hub keys rotate --data /srv/hub --compromised',
    'haggui hub keys rotate --data /srv/hub --tokens',
  ];
  static override flags = {
    facility: textFlag('hubKeys.facilityFlag', 'CODE'),
    tokens: Flags.boolean({ summary: helpText('hubKeys.tokensFlag'), exclusive: ['facility'] }),
    compromised: Flags.boolean({ summary: helpText('hubKeys.compromisedFlag'), exclusive: ['facility'] }),
  };

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubKeysRotateCommand);
    const { rotateKeys, rotateTokenKey } = await import('../../../services/hub-keys.ts');
    const { facility, compromised } = flags;
    if (flags.tokens) return rotateTokenKey(this.invocation, this.dataDirectory(flags), { isCompromised: compromised });
    return rotateKeys(this.invocation, this.dataDirectory(flags), { facility, isCompromised: compromised });
  }
}
