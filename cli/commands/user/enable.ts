import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user enable` */
export class UserEnableCommand extends HagguiCommand {
  static override summary = helpText('staff.enableSummary');
  static override args = {
    login: Args.string({ description: helpText('staff.loginArgument'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui user enable awa'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(UserEnableCommand);
    const { enableUser } = await import('../../services/user-screens.ts');
    return enableUser(this.invocation, this.dataDirectory(flags), args.login);
  }
}
