import { helpText, requiredChoiceFlag, requiredTextFlag, textFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub user add` */
export class HubUserAddCommand extends HagguiCommand {
  static override summary = helpText('user.addSummary');
  static override flags = {
    login: requiredTextFlag('user.loginFlag', 'NAME'),
    role: requiredChoiceFlag('user.roleFlag', ['ministry', 'region']),
    region: textFlag('user.regionFlag', 'REGION'),
    'password-file': textFlag('flag.passwordFile', 'FILE'),
    phone: textFlag('user.phoneFlag', 'NUMBER'),
    whatsapp: textFlag('user.whatsappFlag', 'NUMBER'),
    email: textFlag('user.emailFlag', 'ADDRESS'),
  };
  static override examples = [
    'haggui hub user add --data /srv/hub --login drs.mopti --role region --region Mopti --password-file secret.txt',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubUserAddCommand);
    const { readCredentials } = await import('../../../services/credentials.ts');
    const { addHubUser } = await import('../../../services/hub-users.ts');
    const credentials = await readCredentials(this.invocation, flags);
    const { role, region, phone, whatsapp, email } = flags;
    const [contact] = [
      ...(phone === undefined ? [] : [{ way: 'sms', address: phone }]),
      ...(whatsapp === undefined ? [] : [{ way: 'whatsapp', address: whatsapp }]),
      ...(email === undefined ? [] : [{ way: 'email', address: email }]),
    ];
    const request = {
      ...{ ...credentials, role },
      ...(region === undefined ? {} : { region }),
      ...(contact === undefined ? {} : { contact }),
    };
    return addHubUser(this.invocation, this.dataDirectory(flags), request);
  }
}
