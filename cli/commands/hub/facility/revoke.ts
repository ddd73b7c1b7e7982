import { Args } from '@oclif/core';
import { helpText, requiredChoiceFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub facility revoke` */
export class HubFacilityRevokeCommand extends HagguiCommand {
  static override summary = helpText('revoke.summary');
  static override description = helpText('revoke.description');
  static override args = {
    facility: Args.string({ description: helpText('unlock.facilityArgument'), required: true, ignoreStdin: true }),
  };
  static override flags = { reason: requiredChoiceFlag('revoke.reasonFlag', ['stolen', 'replaced']) };
  static override examples = ['haggui hub facility revoke cscom_sangha --reason stolen --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(HubFacilityRevokeCommand);
    const { revokeNode } = await import('../../../services/former-nodes.ts');
    const request = { facility: args.facility, reason: flags.reason };
    return revokeNode(this.invocation, this.dataDirectory(flags), request);
  }
}
