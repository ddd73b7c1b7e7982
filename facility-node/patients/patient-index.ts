import { patient } from '@santehaggui/protocols/records/patient.ts';
import type { RecordIndexer } from '../store/record-table.ts';
import { PatientSearchStore } from './patient-search-store.ts';
import { searchWordsOf } from './search-query.ts';

/** Keeps the search for patients up to date, whether they are registered here or come with a referral: for `RecordStore`. */
export function patientIndexer(): RecordIndexer {
  const stores = new WeakMap<object, PatientSearchStore>();
  const index: RecordIndexer['index'] = (db, { id, fields }, fate) => {
    const known = stores.get(db) ?? new PatientSearchStore(db);
    stores.set(db, known);
    if (fate === 'gone') known.forget(id);
    else known.put(id, searchWordsOf(fields));
  };
  return { types: [patient], index };
}
