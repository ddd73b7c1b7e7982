import { Args } from '@oclif/core';
import { ROLES } from '@santehaggui/protocols/records/record-type.ts';
import { choiceFlag, helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user roles` */
export class UserRolesCommand extends HagguiCommand {
  static override summary = helpText('staff.rolesSummary');
  static override description = helpText('staff.rolesDescription');
  static override args = {
    login: Args.string({ description: helpText('staff.loginArgument'), ignoreStdin: true }),
  };
  static override flags = {
    set: choiceFlag(
      'staff.setFlag',
      ROLES.filter((role) => role !== 'system'),
    ),
  };
  static override examples = ['haggui user roles', 'haggui user roles awa --set head'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(UserRolesCommand);
    const { userRoles } = await import('../../services/user-screens.ts');
    return userRoles(this.invocation, this.dataDirectory(flags), { login: args.login, role: flags.set });
  }
}
