import { Args } from '@oclif/core';
import { helpText, requiredTextFlag, textFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub facility move` */
export class HubFacilityMoveCommand extends HagguiCommand {
  static override summary = helpText('move.summary');
  static override description = helpText('move.description');
  static override args = {
    code: Args.string({ description: helpText('facility.codeFlag'), required: true, ignoreStdin: true }),
  };
  static override flags = {
    region: textFlag('facility.regionFlag', 'REGION'),
    district: textFlag('facility.districtFlag', 'DISTRICT'),
    'refers-to': textFlag('facility.refersToFlag', 'CODE'),
    since: textFlag('move.sinceFlag', 'DATE'),
    reason: requiredTextFlag('move.reasonFlag', 'TEXT'),
  };
  static override examples = [
    'haggui hub facility move cscom_sangha --region Bandiagara --district Sangha --since 2027-01-01 --reason "loi 2026-12" --data /srv/hub',
  ];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(HubFacilityMoveCommand);
    const { moveFacility } = await import('../../../services/hub-registry.ts');
    const { region, district, 'refers-to': referralTarget, since, reason } = flags;
    const asked = Object.entries({ code: args.code, region, district, referralTarget, since, reason });
    const request = Object.fromEntries(asked.filter(([, value]) => value !== undefined));
    return moveFacility(this.invocation, this.dataDirectory(flags), request);
  }
}
