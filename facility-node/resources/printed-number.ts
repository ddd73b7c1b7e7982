const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const MODULUS = 36;

/**
 * The check character of ISO/IEC 7064 MOD 37,36 (hybrid system) for a text of digits and capital letters: it catches every
 * single wrong character and every swap of two neighbours. Throws a RangeError on any other character.
 */
export function checkCharacter(text: string): string {
  let product = MODULUS;
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) throw new RangeError(`not in the alphabet: ${JSON.stringify(character)}`);
    const sum = (product + value) % MODULUS || MODULUS;
    product = (sum * 2) % (MODULUS + 1);
  }
  return ALPHABET[(MODULUS + 1 - product) % MODULUS]!;
}

/**
 * A number to print on a patient's book or a form: `CSCOM-SANGHA-00042-T` of `cscom_sangha` and 42. The facility's code is
 * unique in the country, so that the number is.
 */
export function printedNumber(facilityCode: string, counter: number): string {
  const prefix = facilityCode.toUpperCase().replaceAll('_', '-');
  const digits = String(counter).padStart(5, '0');
  return `${prefix}-${digits}-${checkCharacter(compactNumber(prefix + digits))}`;
}

/** Whether a number as typed, with or without its hyphens, ends in its check character. */
export function isPrintedNumber(text: string): boolean {
  const compact = compactNumber(text);
  return /^[A-Z][0-9A-Z]*\d{5}[0-9A-Z]$/.test(compact) && checkCharacter(compact.slice(0, -1)) === compact.at(-1);
}

/** The number's digits and capital letters alone. */
export function compactNumber(text: string): string {
  return text.toUpperCase().replace(/[^0-9A-Z]/g, '');
}
