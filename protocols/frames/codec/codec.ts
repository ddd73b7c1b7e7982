import { decodeCbor, encodeCbor } from '../../cbor.ts';
import { type CarriedChange, MAX_FRAME_BYTES, MalformedMessage } from '../messages.ts';
import type { StampParts } from './change-shape.ts';
import { ChangesCoder } from './changes-coder.ts';
import { ReadingBudget } from './coding.ts';
import { type FrameContext, FrameMemory } from './frame-memory.ts';
import { type LoadedModel, loadModel } from './model-file.ts';
import { MODEL_1 } from './models/model-1.ts';
import { BitReader, BitWriter } from './range-coder.ts';
import { Symbols } from './symbols.ts';
import { TemplateTable } from './template-table.ts';
import { TextCoder } from './text-coder.ts';
import { ValueCoder } from './value-coder.ts';

/** The first byte of a body that no model is needed for; any other names the model. */
export const PLAIN = 0;

/** The models of this release and of all before it, by number, packed. */
const RELEASED: ReadonlyMap<number, string> = new Map([[1, MODEL_1]]);

/** The newest model, which this release writes with. */
export const NEWEST_MODEL = Math.max(...RELEASED.keys());

/** No body opens to more than so many times its size, and a little for small ones. */
const MAX_EXPANSION = 64;
const FREE_BYTES = 32 * 1024;

/** What is needed to write a body. `stampOf` gives the change that created a record, as far as the writer knows it. */
export type Writing = {
  readonly context: FrameContext;
  readonly stampOf: (id: string) => StampParts | undefined;
  /** {@link PLAIN} where speed counts and bytes do not. */
  readonly model: number;
};

/**
 * The body of CHANGES frames (docs/protocol.md, 4.12): each change exactly as it was journalled, to the byte. Holds the models
 * that it was asked for: one codec a daemon.
 */
export class ChangesCodec {
  readonly #loaded = new Map<number, LoadedModel>();

  /** Whether this release can read what a model wrote. */
  knows(model: number): boolean {
    return model === PLAIN || RELEASED.has(model);
  }

  /** The body that holds these changes; their positions rise. The frame's memory goes on after them. */
  encode(changes: readonly CarriedChange[], { context, stampOf, model }: Writing): EncodedBody {
    const loaded = this.#model(model);
    if (loaded === undefined) return { body: plainBody(changes), after: contextAfter(context, changes) };
    const writer = new BitWriter();
    const memory = new FrameMemory(context);
    const budget = new ReadingBudget(Number.POSITIVE_INFINITY);
    try {
      coderOf(loaded, { symbols: new Symbols(loaded.predictor, writer), memory, stampOf, budget }).all(changes);
    } finally {
      loaded.predictor.forget();
    }
    const coded = writer.finish();
    // A reader takes no more than its bound for the size: what repeats beyond belief is padded, and zeros change nothing.
    const least = Math.ceil((budget.spent() - FREE_BYTES) / MAX_EXPANSION);
    const body = Buffer.alloc(1 + Math.max(coded.length, least));
    body[0] = model;
    body.set(coded, 1);
    return { body, after: memory.context() };
  }

  /** The changes in a body. Throws {@link MalformedMessage} on bytes that {@link encode} cannot have made, whatever they are. */
  decode(
    body: Uint8Array,
    context: FrameContext,
  ): { readonly changes: readonly CarriedChange[]; readonly after: FrameContext } {
    const model = body[0];
    if (model === undefined || !this.knows(model)) throw new MalformedMessage(`unknown model ${model}`);
    const maxBytes = Math.min(MAX_FRAME_BYTES, FREE_BYTES + MAX_EXPANSION * body.length);
    try {
      const loaded = this.#model(model);
      if (loaded === undefined) {
        const changes = plainChanges(body.subarray(1));
        return { changes, after: contextAfter(context, changes) };
      }
      const memory = new FrameMemory(context);
      const symbols = new Symbols(loaded.predictor, new BitReader(body.subarray(1)));
      try {
        const changes = coderOf(loaded, {
          symbols,
          memory,
          stampOf: () => undefined,
          budget: new ReadingBudget(maxBytes),
        }).all(undefined);
        return { changes, after: memory.context() };
      } finally {
        loaded.predictor.forget();
      }
    } catch (error) {
      throw new MalformedMessage((error as Error).message, { cause: error });
    }
  }

  #model(model: number): LoadedModel | undefined {
    const packed = RELEASED.get(model);
    if (packed === undefined) return undefined;
    let loaded = this.#loaded.get(model);
    if (loaded === undefined) {
      loaded = loadModel(Buffer.from(packed, 'base64'));
      this.#loaded.set(model, loaded);
    }
    return loaded;
  }
}

/** A body, and what both ends know after it. */
export type EncodedBody = { readonly body: Uint8Array; readonly after: FrameContext };

/** Learns from changes as if they were written: what a release's training is made of. */
export function trainOn(
  model: LoadedModel,
  changes: readonly CarriedChange[],
  { context, stampOf }: Pick<Writing, 'context' | 'stampOf'>,
): void {
  const symbols = new Symbols(model.predictor, new BitWriter());
  coderOf(model, {
    symbols,
    memory: new FrameMemory(context),
    stampOf,
    budget: new ReadingBudget(Number.POSITIVE_INFINITY),
  }).all(changes);
  model.predictor.keep();
}

function coderOf(
  { strings, templates }: LoadedModel,
  parts: {
    readonly symbols: Symbols;
    readonly memory: FrameMemory;
    readonly stampOf: Writing['stampOf'];
    readonly budget: ReadingBudget;
  },
): ChangesCoder {
  const { symbols, memory, stampOf, budget } = parts;
  const texts = new TextCoder({ symbols, memory, strings, budget });
  const values = new ValueCoder({ symbols, memory, texts, stampOf, budget });
  return new ChangesCoder({ symbols, memory, values, texts, budget, templates: new TemplateTable(templates) });
}

function plainBody(changes: readonly CarriedChange[]): Uint8Array {
  const pieces = changes.flatMap(({ position, encoded }) => [position, encoded.meta, encoded.fields]);
  return Buffer.concat([Uint8Array.of(PLAIN), encodeCbor(pieces)]);
}

function plainChanges(body: Uint8Array): readonly CarriedChange[] {
  const pieces = decodeCbor(body);
  if (!Array.isArray(pieces) || pieces.length % 3 !== 0) throw new RangeError('no list of changes');
  const changes: CarriedChange[] = [];
  for (let at = 0; at < pieces.length; at += 3) {
    const [position, meta, fields] = pieces.slice(at, at + 3) as readonly unknown[];
    if (!Number.isSafeInteger(position) || (position as number) <= (changes.at(-1)?.position ?? 0))
      throw new RangeError('no rising positions');
    if (!(meta instanceof Uint8Array) || !(fields instanceof Uint8Array)) throw new RangeError('no change');
    changes.push({ position: position as number, encoded: { meta, fields } });
  }
  return changes;
}

/** After plain bodies only the position is told: their changes are not looked into. */
function contextAfter(context: FrameContext, changes: readonly CarriedChange[]): FrameContext {
  return { ...context, afterPosition: changes.at(-1)?.position ?? context.afterPosition };
}
