import { recordHistory } from '@santehaggui/protocols/journal/arbitraries.ts';
import { mergeRecord } from '@santehaggui/protocols/journal/merge.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stampsOf, stampsText } from './stamps-text.ts';

it('gives back the stamps of any record, and writes those of one change once', () => {
  fc.assert(
    fc.property(recordHistory, (history) => {
      const { stamps } = mergeRecord(history, []);
      expect(stampsOf(stampsText(stamps))).toEqual(stamps);
    }),
  );
  const why = {
    stamp: '7.070707070707.1' as never,
    clock: { ms: 5, counter: 0 },
    authorised: true,
    author: null,
    role: 'nurse',
  };
  const text = stampsText({ 1: why, 2: why, 3: { ...why, authorised: false } });
  expect(text.split('070707070707')).toHaveLength(3);
});
