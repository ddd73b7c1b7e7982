import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user reset` */
export class UserResetCommand extends HagguiCommand {
  static override summary = helpText('staff.resetSummary');
  static override description = helpText('staff.resetDescription');
  static override args = {
    login: Args.string({ description: helpText('staff.loginArgument'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui user reset awa'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(UserResetCommand);
    const { resetUser } = await import('../../services/user-screens.ts');
    return resetUser(this.invocation, this.dataDirectory(flags), args.login);
  }
}
