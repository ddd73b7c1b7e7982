import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';

/**
 * The record under which a patient goes on: the end of the chain of `replacedBy`, as far as it is here. Where two facilities
 * replaced each by the other, the one with the smallest id: all holders see the same. Undefined when the id is no patient here.
 */
export function survivorOf(store: RecordStore, patientId: string): StoredRecord | undefined {
  const chain: StoredRecord[] = [];
  let next = patientOf(store, patientId);
  while (next !== undefined) {
    const seen = chain.findIndex(({ id }) => id === next?.id);
    if (seen !== -1) return chain.slice(seen).sort((left, right) => (left.id < right.id ? -1 : 1))[0];
    chain.push(next);
    const { replacedBy } = next.fields;
    next = typeof replacedBy === 'string' ? patientOf(store, replacedBy) : undefined;
  }
  return chain.at(-1);
}

function patientOf(store: RecordStore, id: string): StoredRecord | undefined {
  const record = store.record(id);
  return record?.type.name === 'patient' ? record : undefined;
}
