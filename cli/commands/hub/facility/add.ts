import { decimalFlag, helpText, requiredChoiceFlag, requiredTextFlag, textFlag, wholeFlag } from '../../../flags.ts';
import { HagguiCommand } from '../../../haggui-command.ts';
import type { Outcome } from '../../../outcome.ts';

/** `haggui hub facility add` */
export class HubFacilityAddCommand extends HagguiCommand {
  static override summary = helpText('facility.addSummary');
  static override description = helpText('facility.addDescription');
  static override flags = {
    code: requiredTextFlag('facility.codeFlag', 'CODE'),
    name: requiredTextFlag('facility.nameFlag', 'NAME'),
    kind: requiredChoiceFlag('facility.kindFlag', ['cscom', 'csref', 'hospital', 'practice']),
    region: requiredTextFlag('facility.regionFlag', 'REGION'),
    district: textFlag('facility.districtFlag', 'DISTRICT'),
    'refers-to': textFlag('facility.refersToFlag', 'CODE'),
    phone: textFlag('facility.phoneFlag', 'PHONE'),
    latitude: decimalFlag('facility.latitudeFlag', { min: -90, max: 90 }),
    longitude: decimalFlag('facility.longitudeFlag', { min: -180, max: 180 }),
    population: wholeFlag('facility.populationFlag', { min: 0, max: 100_000_000 }),
  };
  static override examples = [
    'haggui hub facility add --data /srv/hub --code cscom_sangha --name "CSCOM de Sangha" --kind cscom --region Mopti --refers-to csref_djenne',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(HubFacilityAddCommand);
    const { addFacility } = await import('../../../services/hub-registry.ts');
    const { 'refers-to': referralTarget, data: _data, json: _json, lang: _lang, ...facility } = flags;
    const request = referralTarget === undefined ? facility : { ...facility, referralTarget };
    return addFacility(this.invocation, this.dataDirectory(flags), request);
  }
}
