import { sha256 } from '../crypto/hash.ts';
import type { RecordChange } from '../journal/change.ts';
import { consent } from '../records/consent.ts';
import type { FieldValue } from '../records/record-type.ts';

/**
 * The versions of a consent: each is one change of its record, with an entry of the set `versions` that names the hash of the
 * version before and its own. An entry is `<number> <hash before, or -> <hash>`; a hash is SHA-256 of the number, the hash before
 * and what the change wrote, cut to 16 bytes in base64url: an urgent withdrawal has to fit into a short message.
 */
export type ConsentVersion = { readonly number: number; readonly previous: string | null; readonly hash: string };

/** What is wrong with a version, or with a change that is none. */
export type ConsentFinding = {
  readonly consentId: string;
  /**
   * `rewritten`: the hash is not of what the change says · `missing`: the version before, or one that the record names, is not
   * in the journal · `inserted`: a change that is no version says something new, or a version stands at no place of the chain
   * · `record-differs`: the record is not what its changes make.
   */
  readonly kind: 'rewritten' | 'missing' | 'inserted' | 'record-differs';
  readonly version: number | null;
};

/** What a version writes, by field number: a value, null for a retraction, the members added to a set. */
export type VersionWrites = Readonly<Record<string, FieldValue | null>>;

const ENTRY = /^(\d{1,6}) (-|[\w-]{22}) ([\w-]{22})$/;
const VERSIONS = String(consent.fields.versions?.number);
/** What other systems call a record says nothing of what its patient lets go. */
const FREE: ReadonlySet<string> = new Set(
  [consent.fields.identifier, consent.fields.source].map((field) => String(field?.number)),
);

/** The entry of the version that follows `before` (null: the first) and writes these fields besides it. */
export function nextVersionEntry(before: ConsentVersion | null, writes: VersionWrites): string {
  const number = (before?.number ?? 0) + 1;
  const previous = before?.hash ?? null;
  return `${number} ${previous ?? '-'} ${versionHash({ number, previous }, writes)}`;
}

/** The versions that a record names, the oldest first; entries that are none are left out. */
export function versionsOf(entries: FieldValue | undefined): readonly ConsentVersion[] {
  const texts = Array.isArray(entries) ? (entries as readonly string[]) : [];
  return texts
    .flatMap((text) => parseEntry(text) ?? [])
    .sort((left, right) => left.number - right.number || (left.hash < right.hash ? -1 : 1));
}

/** The number and hash of the newest version; null for a record without any. */
export function currentVersion(entries: FieldValue | undefined): ConsentVersion | null {
  return versionsOf(entries).at(-1) ?? null;
}

/**
 * Compares a consent's changes with the versions that they claim to be, and these with what the record names. Two versions after
 * one, written at two places that had not heard of each other, are both good. Changes that a release has forgotten or an erasure has taken say nothing.
 */
export function consentFindings(
  consentId: string,
  changes: readonly RecordChange[],
  named: FieldValue | undefined,
): readonly ConsentFinding[] {
  if (changes.some(({ isForgotten, isErased }) => isForgotten === true || isErased === true)) return [];
  const findings: ConsentFinding[] = [];
  const find = (kind: ConsentFinding['kind'], version: number | null): void => {
    findings.push({ consentId, kind, version });
  };
  const versions = new Map<string, ConsentVersion>();
  const said = new Map<string, Set<string>>();
  const others: RecordChange[] = [];
  for (const change of changes) {
    const version = versionIn(change);
    if (version === undefined) {
      others.push(change);
      continue;
    }
    versions.set(version.hash, version);
    const writes = writesOf(change);
    if (versionHash(version, writes) !== version.hash) find('rewritten', version.number);
    if ((version.number === 1) !== change.isCreate || (version.previous === null) !== change.isCreate)
      find('inserted', version.number);
    for (const [key, value] of Object.entries(writes)) said.set(key, (said.get(key) ?? new Set()).add(textOf(value)));
  }
  for (const { number, previous } of versions.values()) {
    if (previous !== null && versions.get(previous)?.number !== number - 1) find('missing', number - 1);
  }
  // Who settles a conflict repeats what a version said; whatever says something else had to be a version.
  for (const change of others) {
    const isNew = Object.entries(writesOf(change)).some(
      ([key, value]) => !FREE.has(key) && said.get(key)?.has(textOf(value)) !== true,
    );
    if (isNew || change.isCreate) find('inserted', null);
  }
  const known = new Set(versions.keys());
  const inRecord = new Set(versionsOf(named).map(({ hash }) => hash));
  for (const version of versionsOf(named)) if (!known.has(version.hash)) find('missing', version.number);
  if ([...known].some((hash) => !inRecord.has(hash))) find('record-differs', null);
  return findings;
}

function versionIn({ writes }: RecordChange): ConsentVersion | undefined {
  const write = writes[VERSIONS];
  if (write?.kind !== 'set' || write.add.length !== 1 || write.remove.length > 0) return undefined;
  return parseEntry(write.add[0] as string);
}

function writesOf({ writes }: RecordChange): VersionWrites {
  return Object.fromEntries(
    Object.entries(writes)
      .filter(([key]) => key !== VERSIONS)
      .map(([key, write]) => [
        key,
        write.kind === 'register' ? write.value : [...write.add, ...write.remove.map(({ member }) => `-${member}`)],
      ]),
  );
}

function parseEntry(text: string): ConsentVersion | undefined {
  const [, number, previous, hash] = ENTRY.exec(text) ?? [];
  if (number === undefined || hash === undefined || previous === undefined) return undefined;
  return { number: Number(number), previous: previous === '-' ? null : previous, hash };
}

function versionHash({ number, previous }: Omit<ConsentVersion, 'hash'>, writes: VersionWrites): string {
  const sorted = Object.entries(writes)
    .sort(([left], [right]) => Number(left) - Number(right))
    .map(([key, value]) => [Number(key), Array.isArray(value) ? [...value].sort() : value]);
  const text = JSON.stringify(['SH-consent-1', number, previous, sorted]);
  return Buffer.from(sha256(text).subarray(0, 16)).toString('base64url');
}

function textOf(value: FieldValue | null): string {
  return JSON.stringify(value);
}
