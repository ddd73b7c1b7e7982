import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTIFIABLE_DISEASES } from './notifiable-diseases.ts';
import { MAX_COUNT, packCounts, packRows, unpackCounts, unpackRows } from './report-counts.ts';

const count = fc.oneof(fc.nat(12), fc.nat(MAX_COUNT));
const counts = fc.record({ casesUnder5: count, cases5AndOver: count, deathsUnder5: count, deaths5AndOver: count });

describe('the counts of a week', () => {
  it('come back from their one text', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 40 }), (diseases) => {
        expect(unpackCounts(packCounts(diseases))).toEqual(diseases);
      }),
    );
  });

  it('are the only counts of any text that is one', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-k\d]{0,12}$/), (text) => {
        const told = unpackCounts(text);
        if (told !== undefined) expect(packCounts(told)).toBe(text);
      }),
      { examples: [['a123'], ['1234'], ['eb2000']] },
    );
    expect(unpackCounts('eb2000')).toEqual([
      { casesUnder5: 412, cases5AndOver: 0, deathsUnder5: 0, deaths5AndOver: 0 },
    ]);
    expect(unpackCounts('a123')).toBeUndefined();
    expect(unpackCounts('')).toBeUndefined();
  });

  it('name a disease by its number, whatever the order of the printed list, and leave out those of a newer list', () => {
    const measles = { disease: 'measles', casesUnder5: 38, cases5AndOver: 14, deathsUnder5: 3, deaths5AndOver: 0 };
    const text = packRows([measles]);
    expect(unpackCounts(text)?.[3]).toMatchObject({ casesUnder5: 38, deathsUnder5: 3 });
    expect(unpackRows(text)?.find(({ disease }) => disease === 'measles')).toEqual(measles);
    expect(unpackRows(text)?.map(({ disease }) => disease)).toEqual(NOTIFIABLE_DISEASES.map(({ key }) => key));
    const longer = packCounts([...(unpackCounts(text) ?? []), { ...measles }]);
    expect(unpackRows(longer)).toEqual(unpackRows(text));
  });

  it('refuse what is no count', () => {
    for (const wrong of [-1, 1.5, MAX_COUNT + 1, Number.NaN])
      expect(() => packCounts([{ casesUnder5: wrong, cases5AndOver: 0, deathsUnder5: 0, deaths5AndOver: 0 }])).toThrow(
        RangeError,
      );
  });

  it('give each disease a number of its own, without a gap', () => {
    const numbers = NOTIFIABLE_DISEASES.map(({ number }) => number).toSorted((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});
