import { field, MANAGERS, recordType } from './record-type.ts';

/** A member of staff (FHIR R4 Practitioner); the account itself never leaves the node. */
export const practitioner = recordType({
  number: 2,
  name: 'practitioner',
  plural: 'practitioners',
  fhirType: 'Practitioner',
  version: 1,
  label: ['Agent', 'Practitioner'],
  fields: {
    familyName: field(1, 'name', {
      authorised: MANAGERS,
      required: true,
      label: ['Nom', 'Family name'],
      fhir: 'name[0].family | name[0].text!',
    }),
    givenName: field(2, 'name', { authorised: MANAGERS, label: ['Prénom', 'Given name'], fhir: 'name[0].given[0]' }),
    role: field(3, 'code', {
      authorised: MANAGERS,
      label: ['Fonction', 'Role'],
      system: 'https://santehaggui.org/codes/role',
      fhir: 'qualification[code.coding[0].system=https://santehaggui.org/codes/role].code.coding[0].code',
    }),
    phone: field(4, 'phone', {
      authorised: MANAGERS,
      label: ['Téléphone', 'Phone'],
      fhir: 'telecom[system=phone].value',
    }),
    facility: field(5, 'ref', { authorised: MANAGERS, to: 'facility', label: ['Établissement', 'Facility'] }),
    active: field(6, 'boolean', { authorised: MANAGERS, label: ['En activité', 'Active'], fhir: 'active' }),
  },
});
