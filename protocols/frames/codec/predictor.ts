import { LOGIT_LIMIT, logisticTables } from './logistic.ts';
import type { BitPort } from './range-coder.ts';

const SLOT_BITS = 20;
/** The most contexts that one bit is predicted from. */
export const MAX_CONTEXTS = 6;
/** How many counters there are; contexts share one only by chance. */
export const SLOTS = 2 ** SLOT_BITS;
/** A counter learns like an average until it has seen so many bits, then forgets older ones. */
export const MAX_COUNT = 250;
/** How many kinds of decisions there are, each with weights of its own. */
export const DECISIONS = 64;

const HASH_SHIFT = 32 - SLOT_BITS;
const CERTAINTIES = 4;
const INPUTS = MAX_CONTEXTS + 1;
const INITIAL_WEIGHT = 20_000;
const BIAS_INPUT = 256;
const MAX_GENERATION = 255;
const UNSEEN = 0x8000_0000;

/** What a model has learnt: what a release ships, and what training makes. */
export type LearntState = {
  /** Counters: the probability of a one in 1/65,536 (bits 16 to 31), how many bits it has seen (8 to 15), nothing (0 to 7). */
  readonly cells: Uint32Array;
  /** In 1/65,536. */
  readonly weights: Int32Array;
};

/** A state that has learnt nothing. */
export function blankState(): LearntState {
  return {
    cells: new Uint32Array(SLOTS).fill(UNSEEN),
    weights: new Int32Array(DECISIONS * CERTAINTIES * INPUTS).fill(INITIAL_WEIGHT),
  };
}

/** The contexts that a decision is predicted from: the first `count` of `hashes`; `decision` is its kind. */
export type Contexts = { readonly hashes: Int32Array; count: number; decision: number };

/**
 * Predicts bits from several contexts at once and learns from each (context mixing, M. Mahoney 2005): every context has an
 * adaptive counter, and their opinions are weighed by how often each was right. It starts from what a release learnt, adapts
 * within one frame, and forgets that at its end, so that each frame decodes alone.
 */
export class Predictor {
  readonly #cells: Uint32Array;
  readonly #weights: Int32Array;
  readonly #squash: Uint16Array;
  readonly #stretch: Int16Array;
  readonly #rates: Int32Array;
  readonly #confidence: Int32Array;
  readonly #slots = new Int32Array(MAX_CONTEXTS);
  readonly #logits = new Int32Array(INPUTS);
  // What this frame changed, put back by `forget`: a cell is noted once, when its lowest byte is not this generation.
  #touchedSlots = new Int32Array(4096);
  #touchedCells = new Uint32Array(4096);
  #touchedCount = 0;
  #changedWeights = new Map<number, Int32Array>();
  #generation = 1;

  constructor({ cells, weights }: LearntState) {
    this.#cells = cells;
    this.#weights = weights;
    const { squash, stretch } = logisticTables();
    this.#squash = squash;
    this.#stretch = stretch;
    this.#rates = Int32Array.from({ length: MAX_COUNT + 1 }, (_, count) => Math.floor(32_768 / (count + 1.6)));
    this.#confidence = Int32Array.from({ length: MAX_COUNT + 1 }, (_, count) =>
      count === 0 ? 0 : Math.min(16, 7 + 2 * count),
    );
  }

  /** Codes one bit; `node` tells the bits of the same symbol before it. */
  code(port: BitPort, { hashes, count, decision }: Contexts, node: number, bit: number): number {
    const cells = this.#cells;
    const weights = this.#weights;
    const logits = this.#logits;
    const slots = this.#slots;
    const salt = Math.imul(node, 0x9e3779b1);
    for (let input = 0; input < count; input++) {
      const slot = Math.imul((hashes[input] as number) ^ salt, 0x85ebca6b) >>> HASH_SHIFT;
      slots[input] = slot;
      const cell = cells[slot] as number;
      const confidence = this.#confidence[(cell >>> 8) & 0xff] as number;
      logits[input] = ((this.#stretch[cell >>> 18] as number) * confidence) >> 4;
    }
    const sureness = certaintyOf(((cells[slots[0] as number] as number) >>> 8) & 0xff);
    const first = (decision * CERTAINTIES + sureness) * INPUTS;
    let sum = BIAS_INPUT * ((weights[first + MAX_CONTEXTS] as number) - INITIAL_WEIGHT);
    for (let input = 0; input < count; input++) sum += (logits[input] as number) * (weights[first + input] as number);
    let logit = Math.round(sum / 65_536);
    if (logit > LOGIT_LIMIT) logit = LOGIT_LIMIT;
    else if (logit < -LOGIT_LIMIT) logit = -LOGIT_LIMIT;
    const p = this.#squash[LOGIT_LIMIT + logit] as number;
    const coded = port.code(p, bit);
    this.#learn(count, first, p, coded);
    return coded;
  }

  /** Forgets what the frame taught. */
  forget(): void {
    for (let index = 0; index < this.#touchedCount; index++)
      this.#cells[this.#touchedSlots[index] as number] = this.#touchedCells[index] as number;
    for (const [first, before] of this.#changedWeights) this.#weights.set(before, first);
    this.#newGeneration();
  }

  /** Makes what was learnt so far part of the state: training. */
  keep(): void {
    this.#newGeneration();
  }

  #newGeneration(): void {
    this.#touchedCount = 0;
    this.#changedWeights = new Map();
    this.#generation += 1;
    if (this.#generation <= MAX_GENERATION) return;
    this.#generation = 1;
    for (let slot = 0; slot < SLOTS; slot++) this.#cells[slot] = ((this.#cells[slot] as number) & 0xffff_ff00) >>> 0;
  }

  #learn(count: number, first: number, p: number, bit: number): void {
    const cells = this.#cells;
    const weights = this.#weights;
    const slots = this.#slots;
    const logits = this.#logits;
    const generation = this.#generation;
    if (!this.#changedWeights.has(first)) this.#changedWeights.set(first, weights.slice(first, first + INPUTS));
    const target = bit === 1 ? 65_535 : 0;
    const error = target - p;
    for (let input = 0; input < count; input++) {
      const slot = slots[input] as number;
      const cell = cells[slot] as number;
      if ((cell & 0xff) !== generation) this.#note(slot, cell);
      const before = cell >>> 16;
      const seen = (cell >>> 8) & 0xff;
      const after = before + (((target - before) * (this.#rates[seen] as number) + 16_384) >> 15);
      cells[slot] = ((after << 16) | ((seen < MAX_COUNT ? seen + 1 : seen) << 8) | generation) >>> 0;
      weights[first + input] = (weights[first + input] as number) + (((logits[input] as number) * error) >> 14);
    }
    weights[first + MAX_CONTEXTS] = (weights[first + MAX_CONTEXTS] as number) + ((BIAS_INPUT * error) >> 16);
  }

  #note(slot: number, cell: number): void {
    if (this.#touchedCount === this.#touchedSlots.length) {
      const [slots, cells] = [this.#touchedSlots, this.#touchedCells];
      this.#touchedSlots = new Int32Array(slots.length * 2);
      this.#touchedSlots.set(slots);
      this.#touchedCells = new Uint32Array(cells.length * 2);
      this.#touchedCells.set(cells);
    }
    this.#touchedSlots[this.#touchedCount] = slot;
    this.#touchedCells[this.#touchedCount] = cell;
    this.#touchedCount += 1;
  }
}

function certaintyOf(count: number): number {
  if (count === 0) return 0;
  if (count < 4) return 1;
  return count < 24 ? 2 : 3;
}
