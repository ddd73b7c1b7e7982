import { failResource } from '../resources/resource-errors.ts';
import type { QuarantinePlace } from './quarantine-store.ts';

/** The cursor that continues the list after an entry; opaque to clients. */
export function placeAfter({ at, direction, position }: QuarantinePlace): string {
  return Buffer.from(`q${at} ${direction}-${position}`).toString('base64url');
}

/** The place that a cursor stands for. Throws SH-I130 for what is no cursor of this list. */
export function placeOf(cursor: string): QuarantinePlace {
  const match = /^q(\d{1,15}) (up|down)-(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match === null) {
    throw failResource('SH-I130', {
      fields: [{ field: 'cursor', message: { fr: 'ce curseur n’est pas d’ici', en: 'this cursor is not ours' } }],
    });
  }
  return { at: Number(match[1]), direction: match[2] as 'up' | 'down', position: Number(match[3]) };
}
