import { helpText, requiredTextFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui facility enrol` */
export class FacilityEnrolCommand extends HagguiCommand {
  static override summary = helpText('enrol.summary');
  static override description = helpText('enrol.description');
  static override flags = {
    hub: requiredTextFlag('enrol.hubFlag', 'URL'),
    token: requiredTextFlag('enrol.tokenFlag', 'TOKEN'),
  };
  static override examples = ['haggui facility enrol --hub https://hub.sante.example --token K7QF-…'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(FacilityEnrolCommand);
    const { enrolFacility } = await import('../../services/enrolment.ts');
    return enrolFacility(this.invocation, this.dataDirectory(flags), { hubUrl: flags.hub, token: flags.token });
  }
}
