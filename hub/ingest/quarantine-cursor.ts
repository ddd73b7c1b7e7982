import { failHub } from '../errors/hub-errors.ts';
import type { QuarantinePlace } from './quarantine-store.ts';

type Named = Pick<QuarantinePlace, 'facility' | 'incarnation' | 'sequence'>;

/** The name of a refused change: `facility.incarnation.sequence`. */
export function idOf({ facility, incarnation, sequence }: Named): string {
  return `${facility}.${incarnation}.${sequence}`;
}

/** The refused change that a name means; undefined for a text that names none. */
export function placeNamed(id: string): Named | undefined {
  const match = /^([a-z][a-z0-9_]{1,39})\.([0-9a-f]{12})\.(\d{1,15})$/.exec(id);
  return match === null
    ? undefined
    : { facility: match[1] as string, incarnation: match[2] as string, sequence: Number(match[3]) };
}

/** The cursor that continues the list after an entry; opaque to clients. */
export function placeAfter(place: QuarantinePlace): string {
  return Buffer.from(`h${place.refusedAt.getTime()} ${idOf(place)}`).toString('base64url');
}

/** The place that a cursor stands for. Throws SH-I306 for what is no cursor of this list. */
export function placeOf(cursor: string): QuarantinePlace {
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(' ');
  const named = placeNamed(id);
  if (named === undefined || !/^h\d{1,15}$/.test(at)) throw failHub('SH-I306');
  return { ...named, refusedAt: new Date(Number(at.slice(1))) };
}
