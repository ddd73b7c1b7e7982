import { failResource } from '../resources/resource-errors.ts';
import type { ConflictPlace } from './conflict-store.ts';

/** The cursor that continues the list after a conflict; opaque to clients. */
export function placeAfter({ foundAt, id }: ConflictPlace): string {
  return Buffer.from(`c${foundAt} ${id}`).toString('base64url');
}

/** The place that a cursor stands for. Throws SH-I130 for what is no cursor of this list. */
export function placeOf(cursor: string): ConflictPlace {
  const [, foundAt, id] =
    /^c(\d{1,15}) ([0-9a-f.~]{1,200})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (foundAt === undefined || id === undefined) {
    throw failResource('SH-I130', {
      fields: [{ field: 'cursor', message: { fr: 'ce curseur n’est pas d’ici', en: 'this cursor is not ours' } }],
    });
  }
  return { foundAt: Number(foundAt), id };
}
