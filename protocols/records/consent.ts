import { CLINICIANS, field, RECEPTION, recordType } from './record-type.ts';

/** The classes of data that a patient may let another facility have: types of resources, by their FHIR names. */
export const CONSENT_CLASSES = [
  'Encounter',
  'Observation',
  'Condition',
  'AllergyIntolerance',
  'MedicationRequest',
  'Immunization',
  'DocumentReference',
] as const;

/** Whoever meets the patient takes a withdrawal down, at home too. */
const ANYBODY = ['community-worker', ...RECEPTION] as const;

/**
 * One provision of what a patient lets whom have of their record, and for what (FHIR R4 Consent). All of a patient's together are
 * a tree whose root denies: nobody has anything that no `permit` gives, and a `deny` prevails over every `permit`
 * (`protocols/consents/consent-decision.ts`). Written in the patient's or guardian's presence; a withdrawal is a patch of
 * `status`. Each version is an entry of `versions`, chained by hashes (`protocols/consents/consent-chain.ts`).
 */
export const consent = recordType({
  number: 12,
  name: 'consent',
  plural: 'consents',
  fhirType: 'Consent',
  version: 3,
  label: ['Consentement', 'Consent'],
  fields: {
    patient: field(1, 'ref', {
      authorised: RECEPTION,
      to: 'patient',
      merge: 'once',
      required: true,
      label: ['Patient', 'Patient'],
      fhir: 'patient.reference',
    }),
    status: field(2, 'code', {
      authorised: ANYBODY,
      label: ['État', 'Status'],
      system: 'https://santehaggui.org/codes/consent-status',
      values: ['active', 'withdrawn'],
      fhir: 'status',
    }),
    classes: field(3, 'set', {
      authorised: CLINICIANS,
      required: true,
      label: ['Données partagées', 'Classes of data'],
      values: CONSENT_CLASSES,
      fhir: 'provision.class[*].code',
    }),
    purpose: field(4, 'code', {
      authorised: CLINICIANS,
      required: true,
      label: ['But', 'Purpose'],
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
      values: ['TREAT', 'ETREAT', 'HPAYMT', 'HRESCH', 'PUBHLTH'],
      fhir: 'provision.purpose[0].code',
    }),
    recipient: field(5, 'ref', {
      authorised: CLINICIANS,
      to: 'facility',
      label: ['Établissement destinataire', 'Recipient'],
      fhir: 'provision.actor[role.coding[0].code=IRCP].reference.reference',
    }),
    isForDistrict: field(6, 'boolean', {
      authorised: CLINICIANS,
      label: ['Tout le district', 'All of the district'],
    }),
    from: field(7, 'date', {
      authorised: CLINICIANS,
      label: ['À partir du', 'From'],
      fhir: 'provision.period.start',
    }),
    until: field(8, 'date', {
      authorised: CLINICIANS,
      label: ['Jusqu’au', 'Until'],
      fhir: 'provision.period.end',
    }),
    givenAt: field(9, 'instant', { authorised: RECEPTION, label: ['Donné le', 'Given at'], fhir: 'dateTime' }),
    capture: field(10, 'code', {
      authorised: RECEPTION,
      required: true,
      label: ['Recueilli', 'Captured'],
      system: 'https://santehaggui.org/codes/consent-capture',
      values: ['signed', 'thumbprint', 'spoken-before-witness', 'spoken', 'sms-code'],
    }),
    guardian: field(11, 'name', {
      authorised: RECEPTION,
      identifies: true,
      label: ['Tuteur ou parent', 'Guardian'],
      fhir: 'performer[0].display',
    }),
    takenBy: field(12, 'ref', {
      authorised: RECEPTION,
      to: 'practitioner',
      label: ['Recueilli par', 'Taken by'],
    }),
    withdrawnAt: field(13, 'instant', { authorised: ANYBODY, label: ['Retiré le', 'Withdrawn at'] }),
    decision: field(14, 'code', {
      authorised: CLINICIANS,
      label: ['Accord ou refus', 'Permit or deny'],
      system: 'http://hl7.org/fhir/consent-provision-type',
      values: ['permit', 'deny'],
      fhir: 'provision.type',
    }),
    /** Of what a `permit` would let the recipient have, the classes that it never gives. */
    refused: field(15, 'set', {
      authorised: CLINICIANS,
      label: ['Données refusées', 'Refused classes of data'],
      values: CONSENT_CLASSES,
      fhir: 'provision.provision[type=deny].class[*].code',
    }),
    /** Who is no facility of this network: an insurer, a university. */
    recipientName: field(16, 'text', {
      authorised: CLINICIANS,
      label: ['Destinataire hors du réseau', 'Recipient outside the network'],
    }),
    /** Of a recipient abroad (ISO 3166-1 alpha-2); without it nothing leaves the country. */
    country: field(17, 'code', {
      authorised: CLINICIANS,
      label: ['Pays du destinataire', 'Recipient’s country'],
      system: 'urn:iso:std:iso:3166',
    }),
    guardianRelation: field(18, 'code', {
      authorised: RECEPTION,
      label: ['Lien avec l’enfant', 'Relation to the child'],
      system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode',
      values: ['MTH', 'FTH', 'GRPRN', 'GUARD'],
    }),
    guardianPhone: field(19, 'phone', {
      authorised: RECEPTION,
      identifies: true,
      label: ['Téléphone du tuteur', 'Guardian’s phone'],
    }),
    witness: field(20, 'name', {
      authorised: RECEPTION,
      identifies: true,
      label: ['Témoin', 'Witness'],
    }),
    /** The signature's strokes, or the proof of an SMS code: `protocols/consents/`. At most 2,048 characters. */
    evidence: field(21, 'text', {
      authorised: RECEPTION,
      identifies: true,
      label: ['Preuve', 'Evidence'],
    }),
    /** Which words were shown or read out: `protocols/consents/consent-text.ts`. */
    wording: field(22, 'text', {
      authorised: RECEPTION,
      label: ['Formule lue', 'Wording'],
    }),
    versions: field(23, 'set', {
      authorised: ANYBODY,
      label: ['Versions', 'Versions'],
    }),
  },
});
