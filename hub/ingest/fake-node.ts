import { randomBytes } from 'node:crypto';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { deriveRecordId } from '@santehaggui/protocols/crypto/hash.ts';
import {
  type LinkKeys,
  linkKeysOfNode,
  openSealed,
  type SealKeys,
  sealKeysFromSeed,
  sealTo,
  sign,
  signKeysFromSeed,
} from '@santehaggui/protocols/crypto/sodium.ts';
import {
  type EnrolmentAnswer,
  enrolmentAnswer,
  parseEnrolmentToken,
} from '@santehaggui/protocols/enrolment/enrolment.ts';
import type { CarriedChange, LineageEntry } from '@santehaggui/protocols/frames/messages.ts';
import { CHAIN_START, chainHead } from '@santehaggui/protocols/journal/chain.ts';
import type { Change, ClockCorrection, FieldWrites, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, type EncodedChange, encodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { combineDigests, type DigestEntry, recordDigest } from '@santehaggui/protocols/journal/digest.ts';
import { erasedFields } from '@santehaggui/protocols/journal/erased-fields.ts';
import { mergeRecord, type RecordState } from '@santehaggui/protocols/journal/merge.ts';
import { type Stamp, stampOf } from '@santehaggui/protocols/journal/stamp.ts';
import {
  fieldNamed,
  type NamedFields,
  namedFields,
  recordTypeNamed,
  recordTypeNumbered,
} from '@santehaggui/protocols/records/catalogue.ts';
import type { FieldValue } from '@santehaggui/protocols/records/record-type.ts';

type Journalled = { readonly change: Change; readonly encoded: EncodedChange };

/** How a change is written; the defaults are an authorised nurse with a right clock. */
export type WriteOptions = { readonly clockMs?: number; readonly isLast?: boolean; readonly authorised?: boolean };

/** A node in memory, made of the real protocols: it journals, chains, merges and compares as a facility's node does. */
export class FakeNode {
  readonly facility: string;
  readonly node: number;
  readonly journalKey = new Uint8Array(randomBytes(32));
  readonly #sealKeys: SealKeys = sealKeysFromSeed(new Uint8Array(randomBytes(32)));
  readonly signKeys = signKeysFromSeed(new Uint8Array(randomBytes(32)));
  readonly #own: Journalled[] = [];
  readonly #received = new Map<string, Journalled>();
  readonly #released = new Set<string>();
  readonly #lineage: LineageEntry[] = [];
  #incarnation = toHex(randomBytes(6));
  #head: Uint8Array = CHAIN_START;
  feedReceived = 0;
  link: LinkKeys | undefined;
  enrolled: EnrolmentAnswer | undefined;

  constructor(facility: string, node: number = randomBytes(3).readUIntBE(0, 3) || 1) {
    this.facility = facility;
    this.node = node;
  }

  get incarnation(): string {
    return this.#incarnation;
  }

  get lastSequence(): number {
    return this.#own.length;
  }

  get lineage(): readonly LineageEntry[] {
    return [...this.#lineage].reverse();
  }

  head(): Uint8Array {
    return this.#head;
  }

  /** Begins another incarnation, as each start of a daemon does. */
  restart(): void {
    this.#incarnation = toHex(randomBytes(6));
  }

  /** A node whose disk was put back to what it was after `sequence`. */
  restoredTo(sequence: number): FakeNode {
    const copy = new FakeNode(this.facility, this.node);
    copy.#adopt(this, sequence);
    return copy;
  }

  /** The sealed request that enrols this node with a token. */
  enrolmentRequest(token: string, hubSealKey: string): string {
    const parsed = parseEnrolmentToken(token);
    if (parsed === undefined) throw new TypeError('no token');
    const request = {
      secret: parsed.secret,
      facility: this.facility,
      node: this.node,
      signKey: toHex(this.signKeys.publicKey),
      sealKey: toHex(this.#sealKeys.publicKey),
      journalKey: toHex(this.journalKey),
    };
    return toHex(sealTo(fromHex(hubSealKey), Buffer.from(JSON.stringify(request))));
  }

  /** What it shows to a hub that does not know it any more. */
  readmissionRequest(
    hubSealKey: string,
    certificate = this.enrolled?.certificate,
  ): { readonly sealed: string; readonly signature: string } {
    const request = { certificate, linkKey: toHex(this.#sealKeys.publicKey) };
    const sealed = sealTo(fromHex(hubSealKey), Buffer.from(JSON.stringify(request)));
    return { sealed: toHex(sealed), signature: toHex(sign(sealed, this.signKeys.privateKey)) };
  }

  /** Opens the hub's answer and remembers the link. */
  accept(sealedAnswer: string, hubSealKey: string): EnrolmentAnswer {
    const opened = openSealed(this.#sealKeys, fromHex(sealedAnswer));
    if (opened === undefined) throw new TypeError('an answer for somebody else');
    this.enrolled = enrolmentAnswer.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
    this.link = linkKeysOfNode(this.#sealKeys, fromHex(hubSealKey));
    return this.enrolled;
  }

  /** Records a new record; answers its id. */
  create(typeName: string, fields: NamedFields, options: WriteOptions = {}): string {
    const type = recordTypeNamed(typeName);
    const writes: FieldWrites = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        const { number, kind } = fieldNamed(type, name);
        const authorised = options.authorised ?? true;
        return kind === 'set'
          ? [number, { kind: 'set', add: value as string[], remove: [], authorised }]
          : [number, { kind: 'register', value: value as string, base: null, authorised }];
      }),
    );
    return this.write({ recordType: type.number, recordId: null, writes }, options);
  }

  /** Changes register fields of a record. */
  patch(recordId: string, fields: Readonly<Record<string, FieldValue | null>>, options: WriteOptions = {}): void {
    const { type: number, state } = this.stateOf(recordId);
    const type = recordTypeNumbered(number);
    if (type === undefined) throw new TypeError('a type of a newer catalogue');
    const writes = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        const key = String(fieldNamed(type, name).number);
        const held = state.stamps[key] as { readonly stamp: Stamp } | undefined;
        const authorised = options.authorised ?? true;
        return [key, { kind: 'register', value: value as string | null, base: held?.stamp ?? null, authorised }];
      }),
    ) as FieldWrites;
    this.write({ recordType: number, recordId, writes }, options);
  }

  /** Journals any change of a record, right or wrong; answers the record's id. */
  write(
    {
      recordType,
      recordId,
      writes,
    }: { readonly recordType: number; readonly recordId: string | null; readonly writes: FieldWrites },
    { clockMs = Date.now(), isLast = true }: WriteOptions = {},
  ): string {
    if (this.#own.at(-1)?.change.origin.incarnation !== this.#incarnation) this.#open(clockMs);
    const sequence = this.#own.length + 1;
    const origin = { node: this.node, incarnation: this.#incarnation };
    const id = recordId ?? deriveRecordId(origin, sequence);
    const change: RecordChange = {
      kind: 'record',
      origin,
      sequence,
      orderClock: { ms: clockMs, counter: sequence & 0xffff },
      isClockTrusted: true,
      isLastOfTransaction: isLast,
      isCreate: recordId === null,
      recordId: id,
      recordType,
      author: null,
      role: 'nurse',
      writes,
    };
    this.journal(change, encodeChange(change));
    return id;
  }

  /** Puts a change at the end of the journal, whatever it is. */
  journal(change: Change, encoded: EncodedChange): void {
    this.#own.push({ change, encoded });
    this.#head = chainHead(this.#head, encoded, this.journalKey);
    const last = this.#lineage.at(-1);
    const entry = { incarnation: change.origin.incarnation, lastSequence: this.#own.length };
    if (last?.incarnation === entry.incarnation) this.#lineage[this.#lineage.length - 1] = entry;
    else this.#lineage.push(entry);
  }

  /** Own changes after a sequence, as they are sent. */
  changesAfter(sequence: number, limit = 1000): readonly CarriedChange[] {
    return this.#own
      .slice(sequence, sequence + limit)
      .map(({ encoded }, index) => ({ position: sequence + index + 1, encoded }));
  }

  /** Applies entries of the feed. */
  applyFeed(entries: readonly CarriedChange[]): void {
    for (const { position, encoded } of entries) {
      if (position > this.feedReceived + 1) throw new RangeError(`feed ${position} after ${this.feedReceived}`);
      this.feedReceived = Math.max(this.feedReceived, position);
      const change = decodeChange(encoded);
      this.#take({ change, encoded });
    }
  }

  #take({ change, encoded }: Journalled): void {
    if (change.kind === 'record' && change.isForgotten === true) return;
    if (change.kind === 'record' && change.isCreate) this.#released.delete(change.recordId);
    this.#received.set(stampOf(change.origin, change.sequence), { change, encoded });
    if (change.kind === 'erasure') this.erase(change.records);
    if (change.kind !== 'release' && change.kind !== 'erasure') return;
    for (const id of change.records) this.#released.add(id);
    for (const [stamp, { change: held }] of this.#received)
      if (held.kind === 'record' && change.records.includes(held.recordId)) this.#received.delete(stamp);
  }

  /** Erases own changes of records as the node's own store does: the hash of their fields stays. */
  erase(records: readonly string[]): void {
    this.#own.forEach(({ change, encoded }, at) => {
      if (change.kind !== 'record' || !records.includes(change.recordId)) return;
      const erased = { meta: encoded.meta, fields: erasedFields(encoded.fields, this.journalKey) };
      this.#own[at] = { change: decodeChange(erased), encoded: erased };
    });
  }

  /** The state of one record, merged from everything that is here. */
  stateOf(recordId: string): { readonly type: number; readonly state: RecordState } {
    const changes = this.#recordChanges().filter((change) => change.recordId === recordId);
    const [first] = changes;
    if (first === undefined) throw new RangeError(`no record ${recordId}`);
    return { type: first.recordType, state: mergeRecord(changes, this.#corrections()) };
  }

  /** The fields of a record by name. */
  fields(recordId: string): NamedFields {
    const { type, state } = this.stateOf(recordId);
    const declaration = recordTypeNumbered(type);
    return declaration === undefined ? {} : namedFields(declaration, state.fields);
  }

  /** The ids of the records of a type. */
  recordsOf(typeName: string): readonly string[] {
    const { number } = recordTypeNamed(typeName);
    return [
      ...new Set(
        this.#recordChanges()
          .filter(({ recordType }) => recordType === number)
          .map(({ recordId }) => recordId),
      ),
    ];
  }

  /** The digests of the types, as a node asks the hub for them. */
  typeDigests(): readonly DigestEntry[] {
    const byType = new Map<number, DigestEntry[]>();
    for (const id of [...new Set(this.#recordChanges().map(({ recordId }) => recordId))].sort()) {
      const { type, state } = this.stateOf(id);
      const entry = { key: id, count: 1, digest: recordDigest(type, state) };
      byType.set(type, [...(byType.get(type) ?? []), entry]);
    }
    return [...byType]
      .sort(([a], [b]) => a - b)
      .map(([type, records]) => {
        const ranges = Map.groupBy(records, ({ key }) => Number.parseInt(key.slice(0, 2), 16));
        const parts = [...ranges].map(([first, range]) => ({
          key: String(first),
          count: range.length,
          digest: combineDigests(range),
        }));
        return { key: String(type), count: records.length, digest: combineDigests(parts) };
      });
  }

  #open(clockMs: number): void {
    const last = this.#own.at(-1);
    const change: Change = {
      kind: 'opening',
      origin: { node: this.node, incarnation: this.#incarnation },
      sequence: this.#own.length + 1,
      orderClock: { ms: clockMs, counter: 0 },
      isClockTrusted: true,
      isLastOfTransaction: false,
      parent: last === undefined ? null : { incarnation: last.change.origin.incarnation, head: this.#head },
    };
    this.journal(change, encodeChange(change));
  }

  #adopt(other: FakeNode, sequence: number): void {
    Object.assign(this, { journalKey: other.journalKey });
    this.link = other.link;
    for (const { change, encoded } of other.#own.slice(0, sequence)) this.journal(change, encoded);
  }

  #recordChanges(): readonly RecordChange[] {
    return [...this.#own, ...this.#received.values()]
      .map(({ change }) => change)
      .filter((change) => change.kind === 'record')
      .filter(({ recordId }) => !this.#released.has(recordId));
  }

  #corrections(): readonly ClockCorrection[] {
    return [...this.#received.values()]
      .map(({ change }) => change)
      .filter((change) => change.kind === 'clock-correction');
  }
}
