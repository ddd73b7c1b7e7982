import { Args, Flags } from '@oclif/core';
import { SHARED_ROLES } from '@santehaggui/protocols/records/staff-account.ts';
import { choiceFlag, helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user share` */
export class UserShareCommand extends HagguiCommand {
  static override summary = helpText('staff.shareSummary');
  static override description = helpText('staff.shareDescription');
  static override args = {
    login: Args.string({ description: helpText('staff.loginArgument'), required: true, ignoreStdin: true }),
  };
  static override flags = {
    with: Flags.string({
      summary: helpText('staff.withFlag'),
      helpValue: 'CODE',
      required: true,
      multiple: true,
    }),
    role: choiceFlag('staff.sharedRoleFlag', SHARED_ROLES),
  };
  static override examples = [
    'haggui user share awa --with csref_djenne',
    'haggui user share awa --with csref_djenne sih_mopti --role midwife',
  ];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(UserShareCommand);
    const { shareUser } = await import('../../services/user-screens.ts');
    const { with: codes, role } = flags;
    return shareUser(this.invocation, this.dataDirectory(flags), { login: args.login, with: codes, role });
  }
}
