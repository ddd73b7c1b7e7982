import { Args } from '@oclif/core';
import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub facility show` */
export class HubFacilityShowCommand extends HagguiCommand {
  static override summary = helpText('facility.showSummary');
  static override args = {
    code: Args.string({ description: helpText('facility.codeFlag'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui hub facility show cscom_sangha --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(HubFacilityShowCommand);
    const { showFacility } = await import('../../../services/hub-registry.ts');
    return showFacility(this.invocation, this.dataDirectory(flags), args.code);
  }
}
