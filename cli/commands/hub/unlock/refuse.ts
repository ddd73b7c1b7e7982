import { Args } from '@oclif/core';
import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub unlock refuse` */
export class HubUnlockRefuseCommand extends HagguiCommand {
  static override summary = helpText('unlock.refuseSummary');
  static override args = {
    facility: Args.string({ description: helpText('unlock.facilityArgument'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui hub unlock refuse cscom_sangha --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(HubUnlockRefuseCommand);
    const { decideUnlock } = await import('../../../services/unlock-screens.ts');
    return decideUnlock(this.invocation, this.dataDirectory(flags), { facility: args.facility, decision: 'refused' });
  }
}
