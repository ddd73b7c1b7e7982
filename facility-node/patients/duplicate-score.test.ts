import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DUPLICATE_THRESHOLD, editDistance, type PersonTraits, scoreDuplicates } from './duplicate-score.ts';

const fanta: PersonTraits = { familyName: 'Traoré', givenName: 'Fanta', birthDate: '1987~', sex: 'female' };
const isProposed = (one: PersonTraits, other: PersonTraits): boolean =>
  scoreDuplicates(one, other).score >= DUPLICATE_THRESHOLD;

describe('the score of duplicates', () => {
  it('proposes one person under the spellings that two hands give her', () => {
    for (const other of [
      { familyName: 'Traore', givenName: 'Fanta', birthDate: '1987' },
      { familyName: 'Fanta', givenName: 'Traoré', birthDate: '1988~' },
      { familyName: 'TRAORÉ', givenName: 'Fannta', birthDate: '1986-03-02', sex: 'female' },
    ])
      expect(isProposed(fanta, other), other.familyName).toBe(true);
    const oumar = { familyName: 'Coulibaly', givenName: 'Oumar', birthDate: '1999-05-12', phone: '+22376123456' };
    expect(isProposed(oumar, { familyName: 'Kulibali', givenName: 'Umar', birthDate: '1999-12-05' })).toBe(true);
    expect(
      isProposed(oumar, { familyName: 'Coulibaly', givenName: 'Oumra', birthDate: '1999-05-12', phone: '76123456' }),
    ).toBe(true);
  });

  it('does not propose two people of one name, one house or one phone', () => {
    expect(isProposed(fanta, { ...fanta, birthDate: '2015-01-01' })).toBe(false);
    expect(isProposed(fanta, { ...fanta, sex: 'male' })).toBe(false);
    const village = { village: 'Sangha', phone: '76123456' };
    expect(
      isProposed({ ...fanta, ...village }, { familyName: 'Traoré', givenName: 'Awa', birthDate: '1987', ...village }),
    ).toBe(false);
    expect(
      isProposed(
        { familyName: 'Guindo', givenName: 'Amadou', village: 'Ireli' },
        { familyName: 'Guindo', givenName: 'Amadou', village: 'Ireli' },
      ),
    ).toBe(false);
  });

  it('believes the national number over all else, either way', () => {
    const nina = '12345678901234A';
    expect(scoreDuplicates({ nina, familyName: 'Traoré' }, { nina: nina.toLowerCase(), familyName: 'Diarra' })).toEqual(
      {
        score: 100,
        reasons: ['same-nina'],
      },
    );
    expect(
      isProposed({ ...fanta, nina, phone: '76123456' }, { ...fanta, nina: '99945678901234A', phone: '76123456' }),
    ).toBe(false);
  });

  it('tells why', () => {
    expect(scoreDuplicates({ ...fanta, village: 'Sangha' }, { ...fanta, village: 'sanga', birthDate: '1990' })).toEqual(
      {
        score: 65,
        reasons: ['same-name', 'near-birth', 'same-village'],
      },
    );
  });

  it('is the same from both sides, between 0 and 100, and finds everybody equal to themselves', () => {
    const name = fc.constantFrom('Traoré', 'Traore', 'Fanta', 'Fatoumata Bintou', '', 'Ɓaba', '’');
    const person = fc.record(
      {
        familyName: name,
        givenName: name,
        birthDate: fc.constantFrom('1987', '1987~', '1987-05', '1987-05-12', '1987-12-05', '1999~', '2010-01-01'),
        sex: fc.constantFrom('female', 'male', 'unknown'),
        phone: fc.constantFrom('+22376123456', '76123456', '66000000'),
        village: name,
        nina: fc.constantFrom('12345678901234A', '12345678901234B'),
        guardianName: name,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(person, person, (one, other) => {
        const score = scoreDuplicates(one, other);
        expect(scoreDuplicates(other, one)).toEqual(score);
        expect(score.score).toBeGreaterThanOrEqual(0);
        expect(score.score).toBeLessThanOrEqual(100);
        expect(scoreDuplicates(one, one).reasons.filter((reason) => reason.startsWith('other-'))).toEqual([]);
      }),
    );
  });

  it('counts slips of the pen', () => {
    expect(editDistance('traore', 'traore')).toBe(0);
    expect(editDistance('umar', 'umra')).toBe(1);
    expect(editDistance('fanta', 'fata')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});
