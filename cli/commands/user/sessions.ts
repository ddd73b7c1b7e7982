import { Args, Flags } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user sessions` */
export class UserSessionsCommand extends HagguiCommand {
  static override summary = helpText('staff.sessionsSummary');
  static override args = {
    login: Args.string({ description: helpText('staff.loginArgument'), required: true, ignoreStdin: true }),
  };
  static override flags = { end: Flags.boolean({ summary: helpText('staff.endFlag') }) };
  static override examples = ['haggui user sessions awa', 'haggui user sessions awa --end'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(UserSessionsCommand);
    const { userSessions } = await import('../../services/user-screens.ts');
    return userSessions(this.invocation, this.dataDirectory(flags), { login: args.login, isToEnd: flags.end });
  }
}
