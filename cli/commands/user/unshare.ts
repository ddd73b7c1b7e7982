import { Args, Flags } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user unshare` */
export class UserUnshareCommand extends HagguiCommand {
  static override summary = helpText('staff.unshareSummary');
  static override args = {
    login: Args.string({ description: helpText('staff.loginArgument'), required: true, ignoreStdin: true }),
  };
  static override flags = {
    from: Flags.string({ summary: helpText('staff.fromFlag'), helpValue: 'CODE', required: true, multiple: true }),
  };
  static override examples = ['haggui user unshare awa --from csref_djenne'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(UserUnshareCommand);
    const { unshareUser } = await import('../../services/user-screens.ts');
    return unshareUser(this.invocation, this.dataDirectory(flags), { login: args.login, from: flags.from });
  }
}
