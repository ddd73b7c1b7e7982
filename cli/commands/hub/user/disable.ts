import { Args } from '@oclif/core';
import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub user disable` */
export class HubUserDisableCommand extends HagguiCommand {
  static override summary = helpText('user.disableSummary');
  static override args = {
    login: Args.string({ description: helpText('user.loginFlag'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui hub user disable drs.mopti --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(HubUserDisableCommand);
    const { disableHubUser } = await import('../../../services/hub-users.ts');
    return disableHubUser(this.invocation, this.dataDirectory(flags), args.login);
  }
}
