import type { RecordState, RegisterStamp, SetStamps } from '@santehaggui/protocols/journal/merge.ts';

type Stamps = RecordState['stamps'];

/** Fields by number, then the parts of the stamp that they share. */
type Group = readonly [
  fields: string[],
  stamp: RegisterStamp['stamp'],
  ms: number,
  counter: number,
  authorised: boolean,
  author: string | null,
  role: string,
];
type Stored = { readonly r: readonly Group[]; readonly s?: Readonly<Record<string, SetStamps['tags']>> };

/**
 * A record's stamps as they are stored: the fields that one change wrote share its stamp, so it stands there once. It is a
 * quarter of the row otherwise.
 */
export function stampsText(stamps: Stamps): string {
  const groups: Group[] = [];
  let sets: Record<string, SetStamps['tags']> | undefined;
  for (const field in stamps) {
    const why = stamps[field] as RegisterStamp | SetStamps;
    if ('tags' in why) {
      sets ??= {};
      sets[field] = why.tags;
      continue;
    }
    const { stamp, clock, authorised, author, role } = why;
    // A clock correction may reach one change of a record and not another, but never half a change.
    const group = groups.find((one) => one[1] === stamp && one[4] === authorised);
    if (group === undefined) groups.push([[field], stamp, clock.ms, clock.counter, authorised, author, role]);
    else group[0].push(field);
  }
  return JSON.stringify((sets === undefined ? { r: groups } : { r: groups, s: sets }) satisfies Stored);
}

/** The stamps in a text that {@link stampsText} made. */
export function stampsOf(text: string): Stamps {
  const { r, s = {} } = JSON.parse(text) as Stored;
  const stamps: Record<string, RegisterStamp | SetStamps> = {};
  for (const [fields, stamp, ms, counter, authorised, author, role] of r) {
    const shared = { stamp, clock: { ms, counter }, authorised, author, role };
    for (const field of fields) stamps[field] = shared;
  }
  for (const [field, tags] of Object.entries(s)) stamps[field] = { tags };
  return stamps;
}
