import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { decodeCbor, encodeCbor } from '../../cbor.ts';
import { LOGIT_LIMIT, logisticTables } from './logistic.ts';
import { blankState, type LearntState, Predictor } from './predictor.ts';
import { StringTable } from './string-table.ts';
import { type Template, templateKey, templateOfKey } from './template-table.ts';

/** What training gives and a release ships. */
export type ModelContent = {
  readonly strings: readonly string[];
  readonly templates: readonly Template[];
  readonly state: LearntState;
};

/** A model that is ready to code. */
export type LoadedModel = {
  readonly predictor: Predictor;
  readonly strings: StringTable;
  readonly templates: readonly Template[];
};

/** A counter that training has seen few bits of, or that is hardly surer than a coin, costs a download more than it saves. */
function isWorthShipping(count: number, sureness: number): boolean {
  return count >= 40 ? sureness >= 60 : count >= 12 && sureness >= 450;
}

const LOGIT_STEP = 32;

/** Packs a model: strings, templates and the counters that are worth it, brotli over CBOR. */
export function packModel({ strings, templates, state }: ModelContent): Uint8Array {
  const { stretch } = logisticTables();
  const gaps: number[] = [];
  const logits: number[] = [];
  const counts: number[] = [];
  let last = -1;
  for (let slot = 0; slot < state.cells.length; slot++) {
    const cell = state.cells[slot] as number;
    const count = (cell >>> 8) & 0xff;
    const logit = stretch[cell >>> 18] as number;
    if (!isWorthShipping(count, Math.abs(logit))) continue;
    for (let gap = slot - last - 1; ; gap -= 255) {
      gaps.push(Math.min(gap, 255));
      if (gap < 255) break;
    }
    last = slot;
    logits.push(Math.round((logit + LOGIT_LIMIT) / LOGIT_STEP));
    counts.push(Math.floor(Math.log2(count)));
  }
  const content = encodeCbor([
    strings,
    templates.map(templateKey),
    Uint8Array.from(gaps),
    Uint8Array.from(logits),
    Uint8Array.from(counts),
    [...state.weights],
  ]);
  return brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
}

/** Makes a model ready: some tens of milliseconds and 5 MB of memory. */
export function loadModel(packed: Uint8Array): LoadedModel {
  const [strings, templates, gaps, logits, counts, weights] = decodeCbor(brotliDecompressSync(packed)) as readonly [
    readonly string[],
    readonly string[],
    Uint8Array,
    Uint8Array,
    Uint8Array,
    readonly number[],
  ];
  const { squash } = logisticTables();
  const state = blankState();
  state.weights.set(weights);
  let slot = -1;
  let at = 0;
  for (let index = 0; index < logits.length; index++) {
    slot += 1;
    for (;;) {
      const gap = gaps[at++] as number;
      slot += gap;
      if (gap < 255) break;
    }
    const logit = Math.min(2 * LOGIT_LIMIT, (logits[index] as number) * LOGIT_STEP);
    state.cells[slot] = (((squash[logit] as number) << 16) | ((2 ** (counts[index] as number)) << 8)) >>> 0;
  }
  return {
    predictor: new Predictor(state),
    strings: new StringTable(strings),
    templates: templates.map(templateOfKey),
  };
}
