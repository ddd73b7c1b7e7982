import { field, RECEPTION, recordType } from './record-type.ts';

/** Whoever may photograph, scan or keep a paper: all who meet the patient or examine for those who do. */
const KEEPERS = ['community-worker', 'laboratory', ...RECEPTION] as const;

/** What an attachment is of. */
export const DOCUMENT_CATEGORIES = [
  'photo',
  'imaging',
  'laboratory-report',
  'letter',
  'prescription',
  'identity',
  'other',
] as const;

/**
 * A picture, a scan or another file about a patient (FHIR R4 DocumentReference). The content lies beside the journal, and `hash` says
 * which it is: type, size and hash are written once, when all of it is there. With `referral` the document goes where that referral goes.
 */
export const documentReference = recordType({
  number: 17,
  name: 'documentReference',
  plural: 'document-references',
  fhirType: 'DocumentReference',
  version: 1,
  label: ['Document joint', 'Attachment'],
  fields: {
    patient: field(1, 'ref', {
      authorised: KEEPERS,
      to: 'patient',
      merge: 'once',
      required: true,
      label: ['Patient', 'Patient'],
      fhir: 'subject.reference',
    }),
    encounter: field(2, 'ref', {
      authorised: KEEPERS,
      to: 'encounter',
      label: ['Consultation', 'Encounter'],
      fhir: 'context.encounter[0].reference',
    }),
    referral: field(3, 'ref', {
      authorised: KEEPERS,
      to: 'referral',
      label: ['Référence', 'Referral'],
    }),
    title: field(4, 'text', {
      authorised: KEEPERS,
      identifies: true,
      label: ['Titre', 'Title'],
      fhir: 'content[0].attachment.title',
    }),
    category: field(5, 'code', {
      authorised: KEEPERS,
      label: ['Catégorie', 'Category'],
      system: 'https://santehaggui.org/codes/document-category',
      values: DOCUMENT_CATEGORIES,
      fhir: 'category[0].coding[own].code',
    }),
    status: field(6, 'code', {
      authorised: KEEPERS,
      label: ['État', 'Status'],
      system: 'http://hl7.org/fhir/document-reference-status',
      values: ['current', 'superseded', 'entered-in-error'],
      fhir: 'status',
    }),
    recordedAt: field(7, 'instant', { authorised: KEEPERS, label: ['Date', 'Recorded at'], fhir: 'date' }),
    author: field(8, 'ref', {
      authorised: KEEPERS,
      to: 'practitioner',
      label: ['Auteur', 'Author'],
      fhir: 'author[0].reference',
    }),
    contentType: field(9, 'text', {
      authorised: KEEPERS,
      merge: 'once',
      label: ['Type de contenu', 'Content type'],
      fhir: 'content[0].attachment.contentType',
    }),
    size: field(10, 'integer', {
      authorised: KEEPERS,
      merge: 'once',
      min: 1,
      unit: 'By',
      label: ['Taille', 'Size'],
      fhir: 'content[0].attachment.size',
    }),
    hash: field(11, 'attachment', { authorised: KEEPERS, merge: 'once', label: ['Contenu', 'Content'] }),
  },
});
