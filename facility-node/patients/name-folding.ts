/** Letters of Bambara, Fulfulde and Dogon that no accent makes from a Latin one. */
const LETTERS: Readonly<Record<string, string>> = {
  ɛ: 'e',
  ɔ: 'o',
  ɲ: 'ny',
  ŋ: 'ng',
  ɓ: 'b',
  ɗ: 'd',
  ƴ: 'y',
  ɖ: 'd',
  œ: 'oe',
  æ: 'ae',
  ß: 'ss',
  ı: 'i',
};

/** Apostrophes join: N’Diaye is Ndiaye. */
const JOINERS = /['’ʼ`´]/g;

/**
 * One sound, one spelling. In this order: the colonial French and the reformed spellings of Malian names differ in these
 * (Traoré · Coulibaly, Kulibali · Diarra, Jara · Ouattara, Wattara · Keïta, Keyta · Gnaré, Niaré · Cheick, Seck).
 */
const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/ou/g, 'u'],
  [/ow\b/g, 'o'],
  [/w/g, 'u'],
  [/y/g, 'i'],
  [/gn/g, 'ni'],
  [/tch/g, 's'],
  [/[cs]h/g, 's'],
  [/c(?=[ei])/g, 's'],
  [/ck|[cq]u?(?=k)|kh/g, 'k'],
  [/qu?/g, 'k'],
  [/c/g, 'k'],
  [/z/g, 's'],
  [/ph/g, 'f'],
  [/gu(?=[ei])/g, 'g'],
  [/dj|di(?=[aeou])/g, 'j'],
  // Mute wherever it is left: Mahamadou and Mamadou, Thiam and Tiam, Bah and Ba.
  [/h/g, ''],
  [/ei/g, 'e'],
  [/([a-z])\1+/g, '$1'],
  [/([a-z]{2})e\b/g, '$1'],
];

/** The words of a text without accents, in small letters and digits. */
export function plainWords(text: string): readonly string[] {
  const plain = text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(JOINERS, '')
    .replace(/[^a-z0-9]/g, (letter) => LETTERS[letter] ?? ' ');
  return plain.split(' ').filter((word) => word !== '');
}

/** A word of {@link plainWords} as it is said: the same for all its usual spellings. */
export function soundOf(word: string): string {
  return SOUNDS.reduce((sound, [spelling, letter]) => sound.replace(spelling, letter), word) || word;
}
