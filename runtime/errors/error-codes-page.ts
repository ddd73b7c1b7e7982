import type { ErrorCodes, ErrorDefinition } from './error-catalogue.ts';
import { statusOf } from './error-catalogue.ts';

const ranges: readonly (readonly [letter: string, title: string])[] = [
  ['C', 'Configuration'],
  ['I', 'Input · donnée refusée'],
  ['A', 'Auth · droits'],
  ['N', 'Not found · introuvable'],
  ['K', 'Conflict · conflit'],
  ['T', 'Transient · à réessayer'],
  ['F', 'Fatal · intervention nécessaire'],
  ['B', 'Bug · défaut du programme'],
  ['X', 'Exchange · échange'],
];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const row = (code: string, definition: ErrorDefinition): string =>
  `| ${[
    code,
    cell(definition.title.fr),
    cell(definition.remedy.fr),
    cell(definition.title.en),
    cell(definition.remedy.en),
    String(statusOf(definition)),
  ].join(' | ')} |`;

/**
 * The page of all error codes as Markdown, in order of code, a table a range: the same catalogues give the same text.
 * Throws TypeError when two catalogues define the same code.
 */
export const errorCodesPage = (catalogues: readonly Pick<ErrorCodes<string>, 'definitions'>[]): string => {
  const all = new Map<string, ErrorDefinition>();
  for (const catalogue of catalogues) {
    for (const [code, definition] of Object.entries(catalogue.definitions)) {
      if (all.has(code)) throw new TypeError(`error code defined twice: ${code}`);
      all.set(code, definition);
    }
  }
  const codes = [...all.keys()].sort();
  const sections = ranges.flatMap(([letter, title]) => {
    const own = codes.filter((code) => code.startsWith(`SH-${letter}`));
    if (own.length === 0) return [];
    const rows = own.map((code) => row(code, all.get(code) as ErrorDefinition));
    const head =
      '| Code | Ce qui se passe | Que faire | What happened | What to do | HTTP |\n|---|---|---|---|---|---|';
    return [`## SH-${letter}: ${title}\n\n${head}\n${rows.join('\n')}\n`];
  });
  return `# Codes d'erreur\n\n${sections.join('\n')}`;
};
