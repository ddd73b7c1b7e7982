import { deriveRecordId } from '../../crypto/hash.ts';
import type { StampParts } from './change-shape.ts';
import { hashText } from './symbols.ts';

/** Who writes: a node in an incarnation. */
export type FrameOrigin = { readonly node: number; readonly incarnation: string };

/** What both ends of a frame know before it; equal at both, or the frame decodes to nonsense. */
export type FrameContext = {
  /** The origins that changes may have, the likeliest first, each with its last sequence that came before. */
  readonly origins: readonly (FrameOrigin & { readonly lastSequence: number })[];
  readonly afterPosition: number;
  /** An instant close to those that the changes were written at, in milliseconds. */
  readonly clockMs: number;
};

const MAX_ORIGINS = 15;
const MAX_RECENT = 16;
const MAX_RECENT_INSTANTS = 6;

/** What the changes of a frame have said so far: both ends keep the same, so that what is said again costs little. */
export class FrameMemory {
  readonly origins: FrameOrigin[];
  readonly #lastSequences: number[];
  readonly #stamps = new Map<string, StampParts>();
  readonly #lastRefs = new Map<number, string>();
  readonly #lastTexts = new Map<number, string>();
  #recentRefs: string[] = [];
  #recentInstants: number[] = [];
  readonly #spelt: string[] = [];
  position: number;
  ms: number;
  counter = -1;
  flags = 0;
  author: string | null = null;
  role = '';
  originIndex = 0;
  /** The types of the two changes before, and what the last one, and the transaction, were about (hashes). */
  types: readonly [number, number] = [0, 0];
  key = 0;
  transactionKey = 0;
  /** The name of the last template. */
  template = 0;

  constructor({ origins, afterPosition, clockMs }: FrameContext) {
    this.origins = origins.map(({ node, incarnation }) => ({ node, incarnation }));
    this.#lastSequences = origins.map(({ lastSequence }) => lastSequence);
    this.position = afterPosition;
    this.ms = clockMs;
  }

  /** What both ends know after this frame: where the next one of the same connection begins. */
  context(): FrameContext {
    const origins = this.origins
      .map((origin, place) => ({ ...origin, lastSequence: this.#lastSequences[place] as number }))
      .slice(0, MAX_ORIGINS);
    return { origins, afterPosition: this.position, clockMs: this.ms };
  }

  /** The place of an origin in the table; -1 where it is not there. */
  originAt(origin: FrameOrigin): number {
    return this.origins.findIndex(
      ({ node, incarnation }) => node === origin.node && incarnation === origin.incarnation,
    );
  }

  /** Adds an origin; gives its place. */
  addOrigin(origin: FrameOrigin): number {
    this.#lastSequences.push(0);
    return this.origins.push(origin) - 1;
  }

  lastSequence(originIndex: number): number {
    return this.#lastSequences[originIndex] as number;
  }

  setLastSequence(originIndex: number, sequence: number): void {
    this.#lastSequences[originIndex] = sequence;
  }

  /** Remembers a record by the change that created it; gives its id. */
  recordOf(stamp: StampParts): string {
    const id = deriveRecordId(stamp, stamp.sequence);
    this.#stamps.set(id, stamp);
    return id;
  }

  /** The change that created a record, where this frame has told it. */
  stampOf(id: string): StampParts | undefined {
    return this.#stamps.get(id);
  }

  lastRef(site: number): string | undefined {
    return this.#lastRefs.get(site);
  }

  /** The records spoken of last, most recent first. */
  recentRefs(): readonly string[] {
    return this.#recentRefs;
  }

  /** Notes that a record was spoken of. */
  spokeOf(site: number | undefined, id: string): void {
    if (site !== undefined) this.#lastRefs.set(site, id);
    this.#recentRefs = [id, ...this.#recentRefs.filter((other) => other !== id)].slice(0, MAX_RECENT);
  }

  recentInstants(): readonly number[] {
    return this.#recentInstants;
  }

  noteInstant(ms: number): void {
    this.#recentInstants = [ms, ...this.#recentInstants.filter((other) => other !== ms)].slice(0, MAX_RECENT_INSTANTS);
  }

  /** The texts that this frame has spelt, in order. */
  speltTexts(): readonly string[] {
    return this.#spelt;
  }

  /** Notes that a text was spelt. */
  spelt(text: string): void {
    this.#spelt.push(text);
  }

  /** The text that a field held when it was last written in this frame. */
  lastText(site: number): string | undefined {
    return this.#lastTexts.get(site);
  }

  noteText(site: number, text: string): void {
    this.#lastTexts.set(site, text);
  }

  lastTextHash(site: number): number {
    const text = this.#lastTexts.get(site);
    return text === undefined ? 0 : hashText(text);
  }
}
