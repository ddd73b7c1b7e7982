import { field, MANAGERS, recordType } from './record-type.ts';

/** A health establishment (FHIR R4 Location). The hub's registry writes it; nodes receive those of their region. */
export const facility = recordType({
  number: 3,
  name: 'facility',
  plural: 'facilities',
  fhirType: 'Location',
  version: 3,
  label: ['Établissement', 'Facility'],
  fields: {
    code: field(1, 'text', {
      authorised: MANAGERS,
      merge: 'once',
      required: true,
      label: ['Code', 'Code'],
      fhir: 'identifier[system=https://santehaggui.org/facility].value',
    }),
    name: field(2, 'text', { authorised: MANAGERS, required: true, label: ['Nom', 'Name'], fhir: 'name' }),
    kind: field(3, 'code', {
      authorised: MANAGERS,
      label: ['Type', 'Kind'],
      system: 'https://santehaggui.org/codes/facility-kind',
      values: ['cscom', 'csref', 'hospital', 'practice'],
      fhir: 'type[0].coding[0].code',
    }),
    region: field(4, 'text', { authorised: MANAGERS, label: ['Région', 'Region'], fhir: 'address.state' }),
    district: field(5, 'text', {
      authorised: MANAGERS,
      label: ['District sanitaire', 'District'],
      fhir: 'address.district',
    }),
    referralTarget: field(6, 'ref', {
      authorised: MANAGERS,
      to: 'facility',
      label: ['Réfère vers', 'Refers to'],
    }),
    phone: field(7, 'phone', {
      authorised: MANAGERS,
      label: ['Téléphone', 'Phone'],
      fhir: 'telecom[system=phone].value',
    }),
    latitude: field(8, 'decimal', { authorised: MANAGERS, label: ['Latitude', 'Latitude'], fhir: 'position.latitude' }),
    longitude: field(9, 'decimal', {
      authorised: MANAGERS,
      label: ['Longitude', 'Longitude'],
      fhir: 'position.longitude',
    }),
    population: field(10, 'integer', { authorised: MANAGERS, min: 0, label: ['Population de l’aire', 'Population'] }),
    /** Region, district and target are as they are since that day; without it, since the registration. */
    placedSince: field(11, 'date', { authorised: MANAGERS, label: ['Rattaché depuis le', 'Placed since'] }),
    /** X25519 key of its node, in hexadecimal: what only it may read is sealed to it. The hub writes it once an account is shared with it. */
    nodeKey: field(12, 'text', { authorised: ['system'], label: ['Clé du poste', 'Key of the node'] }),
  },
});
