import { choiceFlag, helpText, textFlag } from '../flags.ts';
import { HagguiCommand } from '../haggui-command.ts';
import type { Outcome } from '../outcome.ts';

/** `haggui init` */
export class InitCommand extends HagguiCommand {
  static override summary = helpText('init.summary');
  static override description = helpText('init.description');
  static override flags = {
    code: textFlag('facility.codeFlag', 'CODE'),
    name: textFlag('facility.nameFlag', 'NAME'),
    'admin-login': textFlag('init.loginFlag', 'LOGIN'),
    'admin-family-name': textFlag('init.familyNameFlag', 'NAME'),
    'admin-given-name': textFlag('init.givenNameFlag', 'NAME'),
    'password-file': textFlag('flag.passwordFile', 'FILE'),
    unlock: choiceFlag('init.unlockFlag', ['unattended', 'staff']),
  };
  static override examples = [
    'haggui init --data /srv/cscom_sangha',
    'haggui init --data /srv/cscom_sangha --code cscom_sangha --name "CSCOM de Sangha" --admin-login amadou --admin-family-name Guindo --admin-given-name Amadou --password-file secret.txt',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(InitCommand);
    const { initialise } = await import('../services/initialise.ts');
    return initialise(this.invocation, this.dataDirectory(flags), {
      code: flags.code,
      name: flags.name,
      login: flags['admin-login'],
      familyName: flags['admin-family-name'],
      givenName: flags['admin-given-name'],
      passwordFile: flags['password-file'],
      unlock: flags.unlock,
    });
  }
}
