import { Flags } from '@oclif/core';
import { choiceFlag, helpText, requiredTextFlag, textFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub role set` */
export class HubRoleSetCommand extends HagguiCommand {
  static override summary = helpText('role.setSummary');
  static override description = helpText('role.setDescription');
  static override examples = [
    'haggui hub role set --data /srv/hub --role nurse --rules nurse.json --reason "note 12/2026"',
    'haggui hub role set --data /srv/hub --role cashier --district Djenné --ceiling plafond.json --reason "note 12/2026" --yes',
    'haggui hub role set --data /srv/hub --role nurse --preset rules --reason "retour aux droits de départ" --yes',
  ];
  static override flags = {
    role: requiredTextFlag('role.roleFlag', 'ROLE'),
    district: textFlag('role.districtFlag', 'DISTRICT'),
    rules: textFlag('role.rulesFlag', 'FILE'),
    ceiling: textFlag('role.ceilingFlag', 'FILE'),
    preset: choiceFlag('role.presetFlag', ['rules', 'ceiling', 'both']),
    reason: requiredTextFlag('role.reasonFlag', 'TEXTE'),
    yes: Flags.boolean({ summary: helpText('role.yesFlag') }),
  };

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubRoleSetCommand);
    const { setPolicy } = await import('../../../services/hub-roles.ts');
    const { role, district, rules, ceiling, preset, reason, yes } = flags;
    const files = { rules, ceiling };
    return setPolicy(this.invocation, this.dataDirectory(flags), {
      role,
      district,
      files,
      preset,
      reason,
      isSure: yes,
    });
  }
}
