import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui user disable` */
export class UserDisableCommand extends HagguiCommand {
  static override summary = helpText('staff.disableSummary');
  static override description = helpText('staff.disableDescription');
  static override args = {
    login: Args.string({ description: helpText('staff.loginArgument'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui user disable awa'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(UserDisableCommand);
    const { disableUser } = await import('../../services/user-screens.ts');
    return disableUser(this.invocation, this.dataDirectory(flags), args.login);
  }
}
