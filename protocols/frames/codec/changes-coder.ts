import type { EncodedChange } from '../../journal/change-codec.ts';
import { FLAG } from '../../journal/change-codec.ts';
import type { CarriedChange } from '../messages.ts';
import { bytesOfShape, type ChangeShape, type ShapeWrite, type StampParts, shapeOf } from './change-shape.ts';
import type { ChangeNow, ReadingBudget } from './coding.ts';
import { DECISION } from './decisions.ts';
import type { FrameMemory } from './frame-memory.ts';
import { fold, hashText, type Symbols } from './symbols.ts';
import { TEMPLATE_BITS, type Template, type TemplateTable, type TemplateWrite } from './template-table.ts';
import type { TextCoder } from './text-coder.ts';
import { type ValueCoder, wireKind } from './value-coder.ts';

/** The field that says what a record is about, by record type: what the others are predicted from. */
const KEY_FIELDS: Readonly<Record<number, number>> = { 1: 3, 4: 6, 5: 4, 6: 3, 8: 3, 9: 3, 10: 12 };
/** The record types that say what a transaction is about: encounter and condition. */
const TRANSACTION_KEY_TYPES: ReadonlySet<number> = new Set([4, 6]);
const CLOCK = { next: 0, later: 1, other: 2 } as const;
const AUTHOR_SITE = 0xff01;
const ROLE_SITE = 0xff02;
const MAX_FIELD = 255;
/** How a field is written. */
const FORM = { authorised: 1, base: 2, set: 4 } as const;

/** What a frame's changes are coded with. */
export type ChangesCoderParts = {
  readonly symbols: Symbols;
  readonly memory: FrameMemory;
  readonly values: ValueCoder;
  readonly texts: TextCoder;
  readonly templates: TemplateTable;
  readonly budget: ReadingBudget;
};

/** Codes the changes of one frame, one after the other, the same calls for writing and reading. */
export class ChangesCoder {
  readonly #symbols: Symbols;
  readonly #values: ValueCoder;
  readonly #memory: FrameMemory;
  readonly #templates: TemplateTable;
  readonly #texts: TextCoder;
  readonly #budget: ReadingBudget;

  constructor(parts: ChangesCoderParts) {
    this.#symbols = parts.symbols;
    this.#memory = parts.memory;
    this.#values = parts.values;
    this.#texts = parts.texts;
    this.#templates = parts.templates;
    this.#budget = parts.budget;
  }

  /** All changes; positions rise. */
  all(changes: readonly CarriedChange[] | undefined): readonly CarriedChange[] {
    const count = this.#symbols.natural(DECISION.count, [1], changes?.length);
    const result: CarriedChange[] = [];
    for (let index = 0; index < count; index++) result.push(this.#one(changes?.[index]));
    return result;
  }

  #one(carried: CarriedChange | undefined): CarriedChange {
    const memory = this.#memory;
    const wanted = carried === undefined ? undefined : carried.position - memory.position - 1;
    const position = memory.position + 1 + this.#unlessExpected(0, wanted);
    memory.position = position;
    const shape = carried === undefined ? undefined : codable(carried.encoded);
    const isRaw =
      this.#symbols.small(DECISION.isRaw, 1, [101], carried === undefined ? undefined : shape === undefined ? 1 : 0) ===
      1;
    if (isRaw) return { position, encoded: this.#raw(carried?.encoded) };
    const told = this.#shape(shape);
    const encoded = carried?.encoded ?? bytesOfShape(told);
    this.#budget.spend(encoded.meta.length + encoded.fields.length);
    return { position, encoded };
  }

  /** How far a number is from the expected one: mostly not at all. */
  #unlessExpected(site: number, difference: number | undefined): number {
    const isOther = this.#symbols.small(
      DECISION.asExpected,
      1,
      [fold(119, site)],
      difference === undefined ? undefined : difference === 0 ? 0 : 1,
    );
    return isOther === 0 ? 0 : this.#symbols.whole(DECISION.sequence, [fold(120, site)], difference);
  }

  #raw(encoded: EncodedChange | undefined): EncodedChange {
    const piece = (site: number, bytes: Uint8Array | undefined): Uint8Array => {
      const length = this.#symbols.natural(DECISION.rawLength, [fold(102, site)], bytes?.length);
      return new Uint8Array(this.#values.bytes(site, length, bytes));
    };
    const meta = piece(1, encoded?.meta);
    return { meta, fields: piece(2, encoded?.fields) };
  }

  #shape(shape: ChangeShape | undefined): ChangeShape {
    const memory = this.#memory;
    const isStart = memory.flags === 0 || (memory.flags & FLAG.last) !== 0 ? 1 : 0;
    if (isStart === 1) {
      memory.key = 0;
      memory.transactionKey = 0;
      memory.types = [0, memory.types[0]];
    }
    const { stamp, originIndex } = this.#stamp(shape);
    const [before, beforeThat] = memory.types;
    const type = this.#symbols.byte(
      DECISION.type,
      [
        fold(fold(110, before), beforeThat),
        fold(fold(111, before), memory.key),
        fold(fold(112, before), memory.transactionKey),
        fold(113, isStart),
      ],
      shape?.type,
    );
    const flags = this.#symbols.small(
      DECISION.flags,
      5,
      [
        fold(fold(114, type), before),
        fold(fold(115, type), memory.key),
        fold(fold(116, type), memory.transactionKey),
        fold(117, memory.flags),
      ],
      shape?.flags,
    );
    const { ms, counter } = this.#clock(isStart, shape);
    const now: ChangeNow = { stamp, originIndex, ms, type, key: 0, previousText: 0 };
    const { author, role } = this.#author(isStart, now, shape);
    const isCreate = (flags & FLAG.create) !== 0;
    const record = isCreate ? null : this.#values.ref(type << 8, now, shape?.record ?? undefined);
    const writes = this.#writes({ now, isCreate, record }, shape?.writes);
    if (isCreate) memory.spokeOf(undefined, memory.recordOf(stamp));
    memory.flags = flags;
    memory.types = [type, before];
    memory.key = now.key;
    if (TRANSACTION_KEY_TYPES.has(type)) memory.transactionKey = now.key;
    return { stamp, ms, counter, flags, record, type, author, role, writes };
  }

  #stamp(shape: ChangeShape | undefined): { readonly stamp: StampParts; readonly originIndex: number } {
    const memory = this.#memory;
    const originIndex = this.#values.origin(5, shape?.stamp);
    const expected = memory.lastSequence(originIndex) + 1;
    const wanted = shape === undefined ? undefined : shape.stamp.sequence - expected;
    const sequence = expected + this.#unlessExpected(originIndex === memory.originIndex ? 1 : 2, wanted);
    if (sequence < 1) throw new RangeError('no sequence');
    memory.setLastSequence(originIndex, sequence);
    memory.originIndex = originIndex;
    const { node, incarnation } = memory.origins[originIndex] as { node: number; incarnation: string };
    return { stamp: { node, incarnation, sequence }, originIndex };
  }

  #clock(isStart: number, shape: ChangeShape | undefined): { readonly ms: number; readonly counter: number } {
    const memory = this.#memory;
    const isNext = shape?.ms === memory.ms && shape.counter === memory.counter + 1;
    const isLater = shape !== undefined && shape.ms > memory.ms && shape.counter === 0;
    const mode = this.#symbols.small(
      DECISION.clock,
      2,
      [fold(130, isStart), fold(fold(131, isStart), Math.min(memory.counter, 7))],
      shape === undefined ? undefined : isNext ? CLOCK.next : isLater ? CLOCK.later : CLOCK.other,
    );
    let told: { readonly ms: number; readonly counter: number };
    if (mode === CLOCK.next) told = { ms: memory.ms, counter: memory.counter + 1 };
    else if (mode === CLOCK.later) {
      const step = this.#symbols.natural(
        DECISION.clockStep,
        [fold(132, isStart)],
        shape === undefined ? undefined : shape.ms - memory.ms - 1,
      );
      told = { ms: memory.ms + 1 + step, counter: 0 };
    } else {
      const step = this.#symbols.whole(
        DECISION.clockOther,
        [133],
        shape === undefined ? undefined : shape.ms - memory.ms,
      );
      told = { ms: memory.ms + step, counter: this.#symbols.natural(DECISION.clockOther, [134], shape?.counter) };
    }
    if (told.ms < 0) throw new RangeError('a time before 1970');
    memory.ms = told.ms;
    memory.counter = told.counter;
    return told;
  }

  #author(
    isStart: number,
    now: ChangeNow,
    shape: ChangeShape | undefined,
  ): { readonly author: string | null; readonly role: string } {
    const memory = this.#memory;
    const isSame = shape?.author === memory.author && shape.role === memory.role;
    const form = this.#symbols.small(
      DECISION.sameAuthor,
      2,
      [fold(140, isStart), fold(fold(141, isStart), now.type)],
      shape === undefined ? undefined : isSame ? 0 : shape.author === null ? 1 : 2,
    );
    if (form > 0) {
      memory.author = form === 1 ? null : this.#values.ref(AUTHOR_SITE, now, shape?.author ?? undefined);
      now.key = memory.author === null ? 0 : hashText(memory.author);
      memory.role = this.#texts.text(ROLE_SITE, now, shape?.role);
      now.key = 0;
      now.previousText = 0;
    }
    return { author: memory.author, role: memory.role };
  }

  #template(now: ChangeNow, isCreate: boolean, writes: readonly ShapeWrite[] | undefined): Template {
    const memory = this.#memory;
    const wanted = writes === undefined ? undefined : writesTemplate({ type: now.type, ms: now.ms, isCreate }, writes);
    const kind = (now.type << 1) | (isCreate ? 1 : 0);
    const name = this.#symbols.small(
      DECISION.template,
      TEMPLATE_BITS,
      [
        fold(150, kind),
        fold(fold(151, kind), memory.key),
        fold(fold(152, kind), memory.transactionKey),
        fold(fold(153, kind), memory.template),
        fold(fold(154, kind), hashText(memory.role)),
      ],
      wanted === undefined ? undefined : this.#templates.nameOf(wanted),
    );
    memory.template = name;
    const named = this.#templates.named(name);
    if (named !== undefined) {
      if (named.type !== now.type || named.isCreate !== isCreate) throw new RangeError('a template of another type');
      return named;
    }
    const spelt: TemplateWrite[] = [];
    for (let index = 0; ; index++) {
      const before = spelt.at(-1)?.field ?? 0;
      const write = wanted?.writes[index];
      const field = this.#symbols.byte(
        DECISION.field,
        [fold(fold(155, kind), before)],
        wanted === undefined ? undefined : (write?.field ?? 0),
      );
      if (field === 0) break;
      this.#budget.spend(2);
      const site = (now.type << 8) | field;
      const form = this.#symbols.small(
        DECISION.baseForm,
        3,
        [fold(fold(160, site), isCreate ? 1 : 0), fold(161, spelt.at(-1)?.form ?? 0)],
        write?.form,
      );
      const valueKind = this.#symbols.small(DECISION.kind, 4, [fold(30, site), 31], write?.kind);
      spelt.push({ field, form, kind: valueKind });
    }
    const template = { type: now.type, isCreate, writes: spelt };
    this.#templates.add(template);
    return template;
  }

  #writes(
    { now, isCreate, record }: { readonly now: ChangeNow; readonly isCreate: boolean; readonly record: string | null },
    writes: readonly ShapeWrite[] | undefined,
  ): readonly ShapeWrite[] {
    const template = this.#template(now, isCreate, writes);
    const creation = record === null ? undefined : this.#memory.stampOf(record);
    let before: StampParts | undefined;
    return template.writes.map(({ field, form, kind }, index) => {
      const site = (now.type << 8) | field;
      const write = writes?.[index];
      const isAuthorised = (form & FORM.authorised) !== 0;
      if ((form & FORM.set) !== 0)
        return this.#setWrite(field, now, { isAuthorised, write: write?.isSet === true ? write : undefined });
      const register = write === undefined || write.isSet ? undefined : write;
      const base =
        (form & FORM.base) === 0
          ? null
          : this.#values.stamp(site, now, { stamp: register?.base ?? undefined, creation, before });
      before = base ?? before;
      const value = this.#values.value(site, now, kind, register?.value);
      if (KEY_FIELDS[now.type] === field) now.key = hashText(value.text);
      return { field, isSet: false, value, base, isAuthorised };
    });
  }

  #setWrite(
    field: number,
    now: ChangeNow,
    {
      isAuthorised,
      write,
    }: { readonly isAuthorised: boolean; readonly write: Extract<ShapeWrite, { isSet: true }> | undefined },
  ): ShapeWrite {
    const site = (now.type << 8) | field;
    const count = (kind: number, length: number | undefined): number => {
      const told = this.#symbols.natural(DECISION.setCount, [fold(fold(170, site), kind)], length);
      this.#budget.spend(told);
      return told;
    };
    const add = Array.from({ length: count(0, write?.add.length) }, (_, index) =>
      this.#texts.text(site, now, write?.add[index]),
    );
    const remove = Array.from({ length: count(1, write?.remove.length) }, (_, index) => {
      const removal = write?.remove[index];
      const member = this.#texts.text(site, now, removal?.member);
      const seen = Array.from({ length: count(2, removal?.seen.length) }, (_s, place) =>
        this.#values.stamp(site, now, { stamp: removal?.seen[place], creation: undefined, before: undefined }),
      );
      return { member, seen };
    });
    return { field, isSet: true, add, remove, isAuthorised };
  }
}

/** What a change looks like: which fields it writes, and how. */
export function templateOf({ type, ms, flags, writes }: ChangeShape): Template {
  return writesTemplate({ type, ms, isCreate: (flags & FLAG.create) !== 0 }, writes);
}

function writesTemplate(
  { type, ms, isCreate }: { readonly type: number; readonly ms: number; readonly isCreate: boolean },
  writes: readonly ShapeWrite[],
): Template {
  return {
    type,
    isCreate,
    writes: writes.map((write) => ({
      field: write.field,
      form:
        (write.isSet ? FORM.set : 0) |
        (!write.isSet && write.base !== null ? FORM.base : 0) |
        (write.isAuthorised ? FORM.authorised : 0),
      kind: write.isSet ? 0 : wireKind(write.value, ms),
    })),
  };
}

/** The shape of a change that this coder can write; undefined: it travels as it stands. */
function codable(encoded: EncodedChange): ChangeShape | undefined {
  const shape = shapeOf(encoded);
  if (shape === undefined || shape.type < 0 || shape.type > 255 || shape.flags > 31) return undefined;
  const isPlain = shape.writes.every((write) => {
    const texts = write.isSet ? [...write.add, ...write.remove.map(({ member }) => member)] : [write.value.text];
    return (
      write.field >= 1 && write.field <= MAX_FIELD && texts.every((text) => !text.includes('\0') && text.isWellFormed())
    );
  });
  return isPlain && shape.role !== '' && !shape.role.includes('\0') ? shape : undefined;
}
