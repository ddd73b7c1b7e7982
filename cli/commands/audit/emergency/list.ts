import { EMERGENCY_STATES } from '@santehaggui/protocols/api/emergency-api.ts';
import { choiceFlag, helpText, textFlag, wholeFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui audit emergency list` */
export class AuditEmergencyListCommand extends HagguiCommand {
  static override summary = helpText('emergency.listSummary');
  static override description = helpText('emergency.listDescription');
  static override flags = {
    state: choiceFlag('emergency.stateFlag', EMERGENCY_STATES),
    limit: wholeFlag('emergency.limitFlag', { min: 1, max: 200 }),
    cursor: textFlag('audit.cursorFlag', 'CURSOR'),
  };
  static override examples = ['haggui audit emergency list --state overdue', 'haggui audit emergency list --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(AuditEmergencyListCommand);
    const { listEmergencies } = await import('../../../services/emergency-screens.ts');
    return listEmergencies(this.invocation, this.dataDirectory(flags), flags);
  }
}
