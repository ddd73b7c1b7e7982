import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';

/** Numbers, sizes, durations and instants as people read them. */
export type Formats = {
  readonly integer: (value: number) => string;
  /** Decimal units: 12,3 Ko. */
  readonly bytes: (value: number) => string;
  readonly duration: (seconds: number) => string;
  /** An RFC 3339 instant, in Mali's time. */
  readonly instant: (text: string) => string;
  /** Puts a colon as the language does. */
  readonly label: (label: string, value: string) => string;
};

const UNITS = { fr: ['o', 'Ko', 'Mo', 'Go', 'To'], en: ['B', 'KB', 'MB', 'GB', 'TB'] } as const;

/** A space that no line breaks at, and that every terminal font has (U+202F, French's own, many lack). */
const SPACE = '\u00a0';

function grouped(value: number, separator: string): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, separator);
}

function decimal(value: number, language: Language): string {
  const text = value < 10 ? value.toFixed(1) : value.toFixed(0);
  return language === 'fr' ? text.replace('.', ',') : text;
}

function bytesText(value: number, language: Language): string {
  const units = UNITS[language];
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? String(size) : decimal(size, language)}${SPACE}${units[unit]}`;
}

function durationText(seconds: number, language: Language): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds < 10 ? decimal(seconds, language) : whole}${SPACE}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${SPACE}min ${whole % 60}${SPACE}s`;
  if (whole < 48 * 3600) return `${Math.floor(whole / 3600)}${SPACE}h ${Math.floor((whole % 3600) / 60)}${SPACE}min`;
  const day = { fr: 'j', en: 'd' }[language];
  return `${Math.floor(whole / 86_400)}${SPACE}${day} ${Math.floor((whole % 86_400) / 3600)}${SPACE}h`;
}

/** Makes the formats of a language. */
export function createFormats(language: Language): Formats {
  return {
    integer: (value) => grouped(value, language === 'fr' ? SPACE : ','),
    bytes: (value) => bytesText(value, language),
    duration: (seconds) => durationText(seconds, language),
    instant: (text) => {
      const zoned = Temporal.Instant.from(text).toZonedDateTimeISO('Africa/Bamako');
      const two = (part: number): string => String(part).padStart(2, '0');
      const date = [two(zoned.day), two(zoned.month), String(zoned.year)];
      const time = `${two(zoned.hour)}:${two(zoned.minute)}:${two(zoned.second)}`;
      return `${language === 'fr' ? date.join('/') : date.toReversed().join('-')} ${time}`;
    },
    label: (label, value) => `${label}${language === 'fr' ? `${SPACE}:` : ':'} ${value}`,
  };
}
