import { helpText } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub facility list` */
export class HubFacilityListCommand extends HagguiCommand {
  static override summary = helpText('facility.listSummary');
  static override examples = ['haggui hub facility list --data /srv/hub'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubFacilityListCommand);
    const { listFacilities } = await import('../../../services/hub-registry.ts');
    return listFacilities(this.invocation, this.dataDirectory(flags));
  }
}
