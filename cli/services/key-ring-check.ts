import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthCheck } from '@santehaggui/protocols/api/admin-api.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';

const DETAIL = {
  missing: {
    fr: 'keys/ring.json manque : aucune clé n’ouvre la base',
    en: 'keys/ring.json is missing: no key opens the database',
  },
  damaged: {
    fr: 'keys/ring.json est abîmé : aucune clé n’ouvre la base',
    en: 'keys/ring.json is damaged: no key opens the database',
  },
};
const REMEDY = {
  fr: 'Remettez une sauvegarde, qui a la base et ses clés : haggui backup restore FICHIER --force (docs/operations/sauvegardes.md).',
  en: 'Put a backup back, which has the database and its keys: haggui backup restore FILE --force (docs/operations/sauvegardes.md).',
};

/** What keeps a stopped node from starting, so that nobody is told to start it; nothing where its key ring reads, or none belongs there. */
export function keyRingChecks(dataRoot: string, language: Language): readonly HealthCheck[] {
  if (!existsSync(join(dataRoot, 'database', 'node.db'))) return [];
  const fault = faultOf(join(dataRoot, 'keys', 'ring.json'));
  if (fault === undefined) return [];
  return [{ name: 'keys', state: 'failing', detail: DETAIL[fault][language], remedy: REMEDY[language] }];
}

function faultOf(path: string): keyof typeof DETAIL | undefined {
  if (!existsSync(path)) return 'missing';
  try {
    JSON.parse(readFileSync(path, 'utf8'));
    return undefined;
  } catch {
    return 'damaged';
  }
}
