import { type ShapeValue, type StampParts, VALUE_KIND } from './change-shape.ts';
import type { ChangeNow, ReadingBudget } from './coding.ts';
import { DECISION } from './decisions.ts';
import type { FrameMemory } from './frame-memory.ts';
import { fold, type Symbols } from './symbols.ts';
import type { TextCoder } from './text-coder.ts';

/** On the wire an integer that is a time close to the change's is told apart from other integers. */
const INSTANT = 8;
const NEAR_MS = 2 ** 40;
const UNITS = [1, 1000, 60_000] as const;

const REF = { same: 0, recent: 1, distance: 17, other: 18, raw: 19 } as const;
const STAMP = { creation: 0, again: 1, distance: 2, other: 3 } as const;
const RAW_ORIGIN = 15;

/**
 * Codes single values but for texts and numbers: references, stamps, instants, origins. Each method takes the value that is to be written and
 * gives it back; reading takes undefined and gives what was written.
 */
export class ValueCoder {
  readonly #symbols: Symbols;
  readonly #memory: FrameMemory;
  readonly #stampOf: (id: string) => StampParts | undefined;
  readonly #texts: TextCoder;
  readonly #budget: ReadingBudget;

  /** `stampOf` gives the change that created a record, as far as the writer knows it. */
  constructor({
    symbols,
    memory,
    texts,
    stampOf,
    budget,
  }: {
    readonly symbols: Symbols;
    readonly memory: FrameMemory;
    readonly texts: TextCoder;
    readonly stampOf: (id: string) => StampParts | undefined;
    readonly budget: ReadingBudget;
  }) {
    this.#symbols = symbols;
    this.#memory = memory;
    this.#texts = texts;
    this.#stampOf = stampOf;
    this.#budget = budget;
  }

  /** An origin: its place in the table, or itself. */
  origin(site: number, origin: { readonly node: number; readonly incarnation: string } | undefined): number {
    const memory = this.#memory;
    const known = origin === undefined ? undefined : memory.originAt(origin);
    const place = this.#symbols.small(
      DECISION.origin,
      4,
      [fold(1, site), fold(fold(2, site), memory.originIndex)],
      known === undefined ? undefined : known < 0 || known >= RAW_ORIGIN ? RAW_ORIGIN : known,
    );
    if (place < RAW_ORIGIN) {
      if (place >= memory.origins.length) throw new RangeError('an origin that was not told');
      return place;
    }
    const bytes = origin === undefined ? undefined : Buffer.alloc(9);
    if (bytes !== undefined && origin !== undefined) {
      bytes.writeUIntBE(origin.node, 0, 3);
      bytes.write(origin.incarnation, 3, 'hex');
    }
    const told = this.bytes(3, 9, bytes);
    const made = { node: told.readUIntBE(0, 3), incarnation: told.toString('hex', 3) };
    const at = memory.originAt(made);
    return at >= 0 ? at : memory.addOrigin(made);
  }

  /** So many bytes that nothing is known of. */
  bytes(site: number, length: number, bytes: Uint8Array | undefined): Buffer {
    this.#budget.spend(length);
    const result = Buffer.alloc(length);
    let before = 0;
    for (let index = 0; index < length; index++) {
      const byte = this.#symbols.byte(
        DECISION.rawByte,
        [fold(fold(4, site), index), fold(fold(5, site), before)],
        bytes?.[index],
      );
      result[index] = byte;
      before = fold(before & 0xff, byte) & 0xffff;
    }
    return result;
  }

  /** A record, by its id. */
  ref(site: number, now: ChangeNow, id: string | undefined): string {
    const memory = this.#memory;
    const form = id === undefined ? undefined : this.#refForm(site, now, id);
    const mode = this.#symbols.small(
      DECISION.ref,
      5,
      [
        fold(10, site),
        fold(fold(11, site), memory.types[0]),
        fold(fold(12, site), memory.recentRefs().length),
        fold(fold(13, site), (memory.flags << 8) | memory.types[1]),
      ],
      form?.mode,
    );
    const told = this.#refIn(mode, { site, now, id, stamp: form?.stamp });
    memory.spokeOf(site, told);
    return told;
  }

  /** The stamp that a write replaces. `creation` is that of the record's first change, where it is known. */
  stamp(
    site: number,
    now: ChangeNow,
    {
      stamp,
      creation,
      before,
    }: {
      readonly stamp: StampParts | undefined;
      readonly creation: StampParts | undefined;
      readonly before: StampParts | undefined;
    },
  ): StampParts {
    const same = (other: StampParts | undefined): boolean =>
      stamp !== undefined && other !== undefined && isSame(stamp, other);
    const isOwn =
      stamp !== undefined && this.#memory.originAt(stamp) === now.originIndex && stamp.sequence < now.stamp.sequence;
    const wanted = same(creation) ? STAMP.creation : same(before) ? STAMP.again : isOwn ? STAMP.distance : STAMP.other;
    const mode = this.#symbols.small(
      DECISION.stamp,
      2,
      [fold(20, site), fold(fold(21, now.type), before === undefined ? 0 : 1)],
      stamp === undefined ? undefined : wanted,
    );
    if (mode === STAMP.creation || mode === STAMP.again) {
      const known = mode === STAMP.creation ? creation : before;
      if (known === undefined) throw new RangeError('a stamp that was not told');
      return known;
    }
    if (mode === STAMP.distance) {
      const distance = this.#symbols.natural(
        DECISION.stampDistance,
        [fold(22, site)],
        stamp === undefined ? undefined : now.stamp.sequence - stamp.sequence,
      );
      return {
        node: now.stamp.node,
        incarnation: now.stamp.incarnation,
        sequence: checkedSequence(now.stamp.sequence - distance),
      };
    }
    const place = this.origin(6, stamp);
    const sequence = this.#symbols.natural(DECISION.stampDistance, [fold(23, place)], stamp?.sequence);
    return {
      ...(this.#memory.origins[place] as { node: number; incarnation: string }),
      sequence: checkedSequence(sequence),
    };
  }

  /** A value of a kind as {@link wireKind} gives it. */
  value(site: number, now: ChangeNow, kind: number, value: ShapeValue | undefined): ShapeValue {
    switch (kind) {
      case VALUE_KIND.nothing:
      case VALUE_KIND.no:
      case VALUE_KIND.yes:
        return { kind, text: '' };
      case VALUE_KIND.ref:
        return { kind, text: this.ref(site, now, value?.text) };
      case VALUE_KIND.text:
        return { kind, text: this.#texts.text(site, now, value?.text) };
      case INSTANT:
        return {
          kind: VALUE_KIND.integer,
          text: String(this.#instant(site, now, value === undefined ? undefined : Number(value.text))),
        };
      case VALUE_KIND.date:
      case VALUE_KIND.decimal:
      case VALUE_KIND.integer:
        return { kind, text: this.#texts.number(site, now, value?.text) };
      default:
        throw new RangeError('no kind of value');
    }
  }

  #refForm(site: number, now: ChangeNow, id: string): { readonly mode: number; readonly stamp?: StampParts } {
    const memory = this.#memory;
    if (memory.lastRef(site) === id) return { mode: REF.same };
    const recent = memory.recentRefs().indexOf(id);
    if (recent >= 0) return { mode: REF.recent + recent };
    const stamp = memory.stampOf(id) ?? this.#stampOf(id);
    if (stamp === undefined || memory.recordOf(stamp) !== id) return { mode: REF.raw };
    const isOwn = memory.originAt(stamp) === now.originIndex && stamp.sequence < now.stamp.sequence;
    return { mode: isOwn ? REF.distance : REF.other, stamp };
  }

  #refIn(
    mode: number,
    {
      site,
      now,
      id,
      stamp,
    }: {
      readonly site: number;
      readonly now: ChangeNow;
      readonly id: string | undefined;
      readonly stamp: StampParts | undefined;
    },
  ): string {
    const memory = this.#memory;
    if (mode === REF.same || mode < REF.distance) {
      const known = mode === REF.same ? memory.lastRef(site) : memory.recentRefs()[mode - REF.recent];
      if (known === undefined) throw new RangeError('a record that was not told');
      return known;
    }
    if (mode === REF.distance) {
      const distance = this.#symbols.natural(
        DECISION.refDistance,
        [fold(14, site)],
        stamp === undefined ? undefined : now.stamp.sequence - stamp.sequence,
      );
      const { node, incarnation } = now.stamp;
      return memory.recordOf({ node, incarnation, sequence: checkedSequence(now.stamp.sequence - distance) });
    }
    if (mode === REF.other) {
      const place = this.origin(7, stamp);
      const sequence = this.#symbols.natural(DECISION.refDistance, [fold(15, place)], stamp?.sequence);
      return memory.recordOf({
        ...(memory.origins[place] as { node: number; incarnation: string }),
        sequence: checkedSequence(sequence),
      });
    }
    if (mode !== REF.raw) throw new RangeError('no form of a reference');
    const bytes = this.bytes(8, 16, id === undefined ? undefined : Buffer.from(id.replaceAll('-', ''), 'hex'));
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  #instant(site: number, now: ChangeNow, ms: number | undefined): number {
    const memory = this.#memory;
    const recents = memory.recentInstants();
    const found = ms === undefined ? -1 : recents.indexOf(ms);
    const mode = this.#symbols.small(
      DECISION.instant,
      3,
      [fold(50, site), fold(fold(51, site), memory.types[0]), fold(fold(52, site), memory.flags)],
      ms === undefined ? undefined : found < 0 ? 7 : found,
    );
    let told = recents[mode];
    if (mode === 7) {
      const wanted = ms === undefined ? undefined : ms % 60_000 === 0 ? 2 : ms % 1000 === 0 ? 1 : 0;
      const unit = UNITS[this.#symbols.small(DECISION.instantUnit, 2, [fold(53, site)], wanted)];
      if (unit === undefined) throw new RangeError('no unit of time');
      const base = Math.floor(now.ms / unit);
      told =
        (base -
          this.#symbols.whole(
            DECISION.instantDistance,
            [fold(fold(54, site), unit)],
            ms === undefined ? undefined : base - ms / unit,
          )) *
        unit;
    }
    if (told === undefined) throw new RangeError('an instant that was not told');
    memory.noteInstant(told);
    return told;
  }
}

/** The kind of a value on the wire: its own, but that an integer close to the change's time is an instant. */
export function wireKind({ kind, text }: ShapeValue, ms: number): number {
  return kind === VALUE_KIND.integer && Math.abs(Number(text) - ms) < NEAR_MS ? INSTANT : kind;
}

function isSame(left: StampParts, right: StampParts): boolean {
  return left.sequence === right.sequence && left.node === right.node && left.incarnation === right.incarnation;
}

function checkedSequence(sequence: number): number {
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw new RangeError('no sequence');
  return sequence;
}
