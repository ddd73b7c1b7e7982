import { recordHistory } from '@santehaggui/protocols/journal/arbitraries.ts';
import type { ClockCorrection } from '@santehaggui/protocols/journal/change.ts';
import { mergeRecord } from '@santehaggui/protocols/journal/merge.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extendRecords, remergeRecord } from './apply-changes.ts';
import type { RecordRow } from './record-row.ts';

describe('applying changes', () => {
  it('gives, in batches of any size, the state that merging everything at once gives', () => {
    fc.assert(
      fc.property(recordHistory, fc.integer({ min: 1, max: 5 }), fc.boolean(), (history, batch, isCorrected) => {
        const [first] = history;
        const corrections: ClockCorrection[] =
          isCorrected && first !== undefined
            ? [
                {
                  ...first,
                  kind: 'clock-correction',
                  origin: { node: 0, incarnation: '0000000000ff' },
                  target: first.origin,
                  from: 1,
                  to: 3,
                  correctedTo: { ms: 1, counter: 0 },
                },
              ]
            : [];
        let row: RecordRow | undefined;
        for (let from = 0; from < history.length; from += batch) {
          const changes = history.slice(from, from + batch);
          const records = new Map(row === undefined ? [] : [[row.id, row]]);
          const { settled, unsettled } = extendRecords({ records, changes, corrections, remerge: new Set() });
          expect(settled.length + unsettled.length).toBe(1);
          row = settled[0] ?? remergeRecord(history.slice(0, from + batch), corrections);
        }
        const { fields, stamps, conflicts } = mergeRecord(history, corrections);
        expect(row).toMatchObject({ fields, stamps, conflicts: conflicts.length });
      }),
      { numRuns: 500 },
    );
  });
});
