// Numbering plan of Mali (+223) after libphonenumber's metadata: 8 digits, no trunk prefix.
const MOBILE = /^(?:2(?:0(?:01|79)|17\d)\d{4}|(?:5[0-3]|[679]\d|8[2-59])\d{6})$/;
const FIXED = /^(?:2(?:07[0-8]|12[67])\d{4}|(?:2(?:02|1[4-689])|4(?:0[0-4]|4[1-69]))\d{5})$/;

/**
 * The E.164 form of a Malian number however it was typed (`76 12 34 56`, `00223-76123456`, `+223 76.12.34.56`), or
 * another country's that starts with + ; undefined when it is neither. The operator is never inferred from a prefix.
 */
export function parseMaliPhone(text: string): string | undefined {
  const digits = text.replace(/[^\d+]/g, '');
  const international = digits.replace(/^00/, '+');
  if (international.startsWith('+') && !international.startsWith('+223')) {
    return /^\+[1-9]\d{6,14}$/.test(international) ? international : undefined;
  }
  const national = international.startsWith('+')
    ? international.slice(4)
    : digits.length === 11 && digits.startsWith('223')
      ? digits.slice(3)
      : digits;
  return MOBILE.test(national) || FIXED.test(national) ? `+223${national}` : undefined;
}
