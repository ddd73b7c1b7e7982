import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentTexts, gsmText, SEGMENT_CHARACTERS } from './short-texts.ts';

/** GSM 7 bit default alphabet without what takes two places, as 3GPP TS 23.038 §6.2.1 lists it. */
const ONE_PLACE = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/;

describe('short messages about consents', () => {
  it('keep the accents that every phone has and lose the others', () => {
    expect(gsmText('Être à l’hôpital «ça» où É Œ –')).toBe('Etre à l\'hopital "ca" où É OE -');
    expect(gsmText('ɛ ŋ 🙂')).toBe('? ? ?');
  });

  it('are one segment of letters that take one place each, whatever a facility and its partners are called', () => {
    const line = fc.record({
      who: fc.string({ unit: 'grapheme', maxLength: 80 }),
      what: fc.string({ unit: 'grapheme', maxLength: 120 }),
      until: fc.option(fc.constant('31/12/2027'), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.array(line, { maxLength: 12 }), (name, lines) => {
        for (const text of [
          consentTexts.sharing(name, lines),
          consentTexts.code({ code: '012345', facility: name }),
          consentTexts.whichPerson(name, 'PARTAGE'),
          consentTexts.whichPerson(name, 'HISTORIQUE'),
          consentTexts.past(
            name,
            lines.map(({ who, what }) => ({
              on: '31/12/2027',
              said: 'accord',
              who,
              end: what === '' ? undefined : 'retiré 31/12/2027',
            })),
          ),
          consentTexts.unknown(name),
        ]) {
          expect(text.length).toBeLessThanOrEqual(SEGMENT_CHARACTERS);
          expect(text).toMatch(ONE_PLACE);
        }
      }),
    );
  });

  it('say who may see the record, in detail where there is room', () => {
    expect(
      consentTexts.sharing('CSCOM de Sangha', [{ who: 'CSRéf de Djenné', what: 'tout', until: '31/12/2027' }]),
    ).toBe(
      "CSCOM de Sangha: Voient votre dossier: CSRéf de Djenné (tout, jusqu'au 31/12/2027). Pour retirer: venez au centre.",
    );
    const many = Array.from({ length: 9 }, (_, at) => ({ who: `Centre numéro ${at}`, what: 'vaccinations' }));
    expect(consentTexts.sharing('CSCOM', many)).toMatch(
      /^CSCOM: Voient votre dossier: Centre numéro 0; .* et \d autres\. Pour/,
    );
  });
});
