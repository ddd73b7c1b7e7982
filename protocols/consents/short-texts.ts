/** The most characters of one short message in the GSM 7 bit alphabet (3GPP TS 23.038 §6.2.1). */
export const SEGMENT_CHARACTERS = 160;

/** Letters of French that GSM 7 bit lacks or takes two places for, and what a phone shows in their place. */
const PLAIN: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  œ: 'oe',
  Œ: 'OE',
  ç: 'c',
  '\u00a0': ' ',
  '\u202f': ' ',
  '[': '(',
  ']': ')',
};
const GSM_7 = /[@£$¥èéùìòÇ\n\r!"#%&'()*+,\-./0-9:;<=>?A-Za-z_ÉàÄÖÑÜäöñü ]/;

/** A text in letters that take one place each: accents that GSM 7 bit has stay, others go, what has no letter becomes `?`. */
export function gsmText(text: string): string {
  return [...text.normalize('NFC')]
    .map((letter) => PLAIN[letter] ?? letter)
    .flatMap((piece) => [...piece])
    .map((letter) => {
      if (GSM_7.test(letter)) return letter;
      const bare = letter.normalize('NFD').replaceAll(/\p{M}/gu, '');
      return [...bare].every((part) => GSM_7.test(part)) && bare !== '' ? bare : '?';
    })
    .join('');
}

/** Who may see a record, as a short message tells it; `until` as on paper. */
export type SharingLine = { readonly who: string; readonly what: string; readonly until?: string | undefined };

/** What was said and what became of it, as a short message tells it: `on` and `end` as on paper. */
export type PastLine = {
  readonly on: string;
  readonly said: string;
  readonly who: string;
  readonly end?: string | undefined;
};

/** What patients are written about consents, each one segment; signed with the facility's name. */
export const consentTexts = {
  /** The code that says yes to what was just read out. */
  code: ({ code, facility }: { readonly code: string; readonly facility: string }): string =>
    gsmText(
      `${cut(facility, 30)}: code ${code}. Dites-le au soignant seulement si vous acceptez ce qu'il vous a lu. Valable 10 minutes.`,
    ),
  /** The answer to `PARTAGE`: as much as fits into one segment, names before details, and how many more there are. */
  sharing: (facility: string, lines: readonly SharingLine[]): string => {
    const head = `${cut(gsmText(facility), 30)}: `;
    if (lines.length === 0) return `${head}vous n'avez donné d'accord à personne hors de ce centre.`;
    const end = '. Pour retirer: venez au centre.';
    const room = SEGMENT_CHARACTERS - head.length - end.length;
    const whole = lines.map(({ who, what, until }) =>
      gsmText(`${who} (${what}${until === undefined ? '' : `, jusqu'au ${until}`})`),
    );
    const names = lines.map(({ who }) => gsmText(cut(who, 30)));
    return `${head}${fitting('Voient votre dossier: ', [whole, names], room)}${end}`;
  },
  /** The answer to `HISTORIQUE`: the newest first, as much as fits into one segment, and how many more there are. */
  past: (facility: string, lines: readonly PastLine[]): string => {
    const head = `${cut(gsmText(facility), 30)}: `;
    if (lines.length === 0) return `${head}vous n'avez rien accepté ni refusé à ce jour.`;
    const toldOf = (most: number): readonly string[] =>
      lines.map(({ on, said, who, end }) =>
        gsmText(`${on} ${said} ${cut(who, most)}${end === undefined ? '' : ` (${end})`}`),
      );
    return `${head}${fitting('', [toldOf(60), toldOf(20)], SEGMENT_CHARACTERS - head.length)}`;
  },
  /** Several persons have that phone: nobody is told of another's record. */
  whichPerson: (facility: string, word: string): string =>
    gsmText(`${cut(facility, 30)}: plusieurs dossiers ont ce numéro. Envoyez ${word} et le numéro du carnet.`),
  unknown: (facility: string): string =>
    gsmText(`${cut(facility, 30)}: ce numéro n'est dans aucun dossier ici. Faites-le noter au centre.`),
};

function fitting(lead: string, choices: readonly (readonly string[])[], room: number): string {
  for (const parts of choices) {
    const text = lead + parts.join('; ');
    if (text.length <= room) return text;
  }
  const names = choices.at(-1) ?? [];
  for (let count = names.length - 1; count > 0; count--) {
    const text = `${lead}${names.slice(0, count).join('; ')} et ${names.length - count} autres`;
    if (text.length <= room) return text;
  }
  return `${lead}${names.length} destinataires`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}.`;
}
