import { ROLES } from '@santehaggui/protocols/records/record-type.ts';
import { helpText, requiredChoiceFlag, requiredTextFlag, textFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user add` */
export class UserAddCommand extends HagguiCommand {
  static override summary = helpText('staff.addSummary');
  static override description = helpText('staff.addDescription');
  static override flags = {
    login: requiredTextFlag('staff.loginFlag', 'NAME'),
    role: requiredChoiceFlag(
      'staff.roleFlag',
      ROLES.filter((role) => role !== 'system'),
    ),
    'family-name': requiredTextFlag('staff.familyNameFlag', 'NAME'),
    'given-name': textFlag('staff.givenNameFlag', 'NAME'),
    phone: textFlag('staff.phoneFlag', 'PHONE'),
    'password-file': textFlag('staff.passwordFileFlag', 'FILE'),
  };
  static override examples = [
    'haggui user add --login awa --role nurse --family-name Dolo --given-name Awa --phone "76 12 34 56"',
    'haggui user add --data /srv/cscom_sangha --login awa --role nurse --family-name Dolo --password-file secret.txt',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(UserAddCommand);
    const { addUser } = await import('../../services/user-screens.ts');
    return addUser(this.invocation, this.dataDirectory(flags), {
      login: flags.login,
      role: flags.role,
      familyName: flags['family-name'],
      givenName: flags['given-name'],
      phone: flags.phone,
      passwordFile: flags['password-file'],
    });
  }
}
