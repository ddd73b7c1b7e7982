import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Text } from '../errors/bilingual.ts';
import { confidential } from '../log/private.ts';
import type { ConfigEntry } from './config-table.ts';

/** A value as its kind wants it, or what is wrong with it. */
export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: Text };

const good = (value: unknown): Parsed => ({ ok: true, value });
const bad = (fr: string, en: string): Parsed => ({ ok: false, message: { fr, en } });

const parseInteger = (raw: unknown, min: number, max: number): Parsed => {
  const value = typeof raw === 'string' && /^-?\d{1,15}$/.test(raw.trim()) ? Number(raw) : raw;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return good(value);
  const isBounded = max !== Number.MAX_SAFE_INTEGER;
  return isBounded
    ? bad(`attendu un nombre entier de ${min} à ${max}`, `expected a whole number from ${min} to ${max}`)
    : bad(`attendu un nombre entier, ${min} ou plus`, `expected a whole number, ${min} or more`);
};

const parseBoolean = (raw: unknown): Parsed => {
  if (raw === true || raw === 'true' || raw === '1' || raw === 'yes') return good(true);
  if (raw === false || raw === 'false' || raw === '0' || raw === 'no') return good(false);
  return bad('attendu true ou false', 'expected true or false');
};

const parseUrl = (raw: string, protocols: readonly string[]): Parsed => {
  const isAllowed = URL.canParse(raw) && protocols.includes(new URL(raw).protocol.replace(':', ''));
  const list = protocols.map((protocol) => `${protocol}://`).join(', ');
  return isAllowed ? good(raw) : bad(`attendu une adresse en ${list}`, `expected an address in ${list}`);
};

const readSecret = (path: string): Parsed => {
  try {
    if ((statSync(path).mode & 0o007) !== 0) {
      return bad(
        `le fichier ${path} est ouvert à tous ; faites « chmod 600 ${path} »`,
        `the file ${path} is open to everyone; run "chmod 600 ${path}"`,
      );
    }
    const secret = readFileSync(path, 'utf8').trim();
    return secret === '' ? bad(`le fichier ${path} est vide`, `the file ${path} is empty`) : good(confidential(secret));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return bad(`le fichier ${path} ne se lit pas (${reason})`, `the file ${path} cannot be read (${reason})`);
  }
};

/**
 * Turns what a file, the environment or a flag gave into a value of the entry's kind. Relative paths count from
 * `baseDirectory`; a secret is read from its file, which must not be open to everyone.
 */
export const parseValue = (entry: ConfigEntry, raw: unknown, baseDirectory: string): Parsed => {
  switch (entry.kind) {
    case 'integer':
      return parseInteger(raw, entry.min ?? Number.MIN_SAFE_INTEGER, entry.max ?? Number.MAX_SAFE_INTEGER);
    case 'seconds':
      return parseInteger(raw, entry.min ?? 0, entry.max ?? Number.MAX_SAFE_INTEGER);
    case 'port':
      return parseInteger(raw, 0, 65_535);
    case 'boolean':
      return parseBoolean(raw);
  }
  if (typeof raw !== 'string' || raw === '')
    return bad('attendu un texte non vide', 'expected a text that is not empty');
  switch (entry.kind) {
    case 'string':
      return entry.pattern === undefined || entry.pattern.test(raw)
        ? good(raw)
        : bad(`n’a pas la forme ${entry.pattern.source}`, `does not have the form ${entry.pattern.source}`);
    case 'path':
      return good(resolve(baseDirectory, raw));
    case 'url':
      return parseUrl(raw, entry.protocols ?? ['http', 'https']);
    case 'enum':
      return entry.values.includes(raw)
        ? good(raw)
        : bad(`attendu l’un de : ${entry.values.join(', ')}`, `expected one of: ${entry.values.join(', ')}`);
    case 'secret':
      return readSecret(resolve(baseDirectory, raw));
  }
};
