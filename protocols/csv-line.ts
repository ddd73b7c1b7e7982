// A spreadsheet would run a text that begins like a formula; a number with its sign is only a number.
const FORMULA = /^(?![+-][\d.]+$)[=+\-@\t\r]/;

/**
 * One line of CSV (RFC 4180), CRLF included; what is undefined is empty, arrays are joined with semicolons, and an apostrophe stands before
 * what a spreadsheet would take for a formula.
 */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const told = Array.isArray(value) ? value.join(';') : String(value);
  const text = FORMULA.test(told) ? `'${told}` : told;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
