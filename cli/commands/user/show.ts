import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user show` */
export class UserShowCommand extends HagguiCommand {
  static override summary = helpText('staff.showSummary');
  static override args = {
    login: Args.string({ description: helpText('staff.loginArgument'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui user show awa'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(UserShowCommand);
    const { showUser } = await import('../../services/user-screens.ts');
    return showUser(this.invocation, this.dataDirectory(flags), args.login);
  }
}
