import { Args } from '@oclif/core';
import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub user invite` */
export class HubUserInviteCommand extends HagguiCommand {
  static override summary = helpText('user.inviteSummary');
  static override args = {
    login: Args.string({ description: helpText('user.loginFlag'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui hub user invite drs.mopti --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(HubUserInviteCommand);
    const { inviteHubUser } = await import('../../../services/hub-users.ts');
    return inviteHubUser(this.invocation, this.dataDirectory(flags), args.login);
  }
}
