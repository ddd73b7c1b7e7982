import { failResource } from './resource-errors.ts';

/** The cursor that continues a list after a place; opaque to clients. */
export function cursorAfter(position: number): string {
  return Buffer.from(`p${position}`).toString('base64url');
}

/** The place that a cursor stands for; 0, before the first, without one. Throws SH-I130 for what is no cursor of ours. */
export function positionOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const position = /^p(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1];
  if (position === undefined) {
    throw failResource('SH-I130', {
      fields: [{ field: 'cursor', message: { fr: 'ce curseur n’est pas d’ici', en: 'this cursor is not ours' } }],
    });
  }
  return Number(position);
}
