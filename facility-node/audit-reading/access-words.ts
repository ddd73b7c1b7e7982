import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { emergencyAccess } from '@santehaggui/protocols/records/emergency-access.ts';
import { codeWords } from '@santehaggui/protocols/records/value-words.ts';
import type { NumberedAuditEvent } from '../audit/audit-event.ts';

const ACTIONS: Readonly<Record<string, string>> = {
  create: 'a enregistré',
  read: 'a lu',
  update: 'a modifié',
  delete: 'a supprimé',
  search: 'a vu dans une liste',
  export: 'a fait sortir',
  import: 'a fait entrer',
};

/** HL7 v3-PurposeOfUse, as far as this node writes it. */
const PURPOSES: Readonly<Record<string, string>> = {
  TREAT: 'pour soigner',
  ETREAT: 'en urgence',
  HPAYMT: 'pour le paiement des soins',
  HRESCH: 'pour la recherche',
  PUBHLTH: 'pour la santé publique',
  PATRQT: 'à la demande du patient',
  HOPERAT: 'pour le travail du centre',
  SYSADMIN: 'pour l’entretien du système',
};

/** What was done, in French, as a patient reads it. */
export function accessWords({ action, recordType }: Pick<NumberedAuditEvent, 'action' | 'recordType'>): string {
  if (recordType === emergencyAccess.name && action === 'create') return 'a ouvert le dossier en urgence';
  const label = RECORD_TYPES.find(({ name }) => name === recordType)?.label.fr;
  return `${ACTIONS[action] ?? action} : ${(label ?? 'dossier').toLowerCase()}`;
}

/** Why, in French; of a record that was opened in an emergency with the reason that was given. */
export function purposeWords({ purpose, detail }: Pick<NumberedAuditEvent, 'purpose' | 'detail'>): string {
  const words = PURPOSES[purpose] ?? purpose;
  const { reason } = detail ?? {};
  return purpose === 'ETREAT' && typeof reason === 'string' ? `${words} : ${codeWords(reason, 'fr')}` : words;
}
