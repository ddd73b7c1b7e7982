import { Args } from '@oclif/core';
import { helpText, textFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub user reset` */
export class HubUserResetCommand extends HagguiCommand {
  static override summary = helpText('user.resetSummary');
  static override args = {
    login: Args.string({ description: helpText('user.loginFlag'), required: true, ignoreStdin: true }),
  };
  static override flags = { 'password-file': textFlag('flag.passwordFile', 'FILE') };
  static override examples = ['haggui hub user reset drs.mopti --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(HubUserResetCommand);
    const { resetHubUser } = await import('../../../services/hub-users.ts');
    return resetHubUser(this.invocation, this.dataDirectory(flags), {
      login: args.login,
      passwordFile: flags['password-file'],
    });
  }
}
