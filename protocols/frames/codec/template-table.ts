/** One write of a template: the field, how it is written, and the kind of its value (0 for a set). */
export type TemplateWrite = { readonly field: number; readonly form: number; readonly kind: number };

/** What changes of a type look like: which fields they write, and how. */
export type Template = { readonly type: number; readonly isCreate: boolean; readonly writes: readonly TemplateWrite[] };

/** A template is named by so many bits; the last name says that it is spelt out. */
export const TEMPLATE_BITS = 8;
const SPELT = 2 ** TEMPLATE_BITS - 1;
/** How many templates a release may hold: the rest of the names are for those that a frame spells. */
export const MAX_RELEASED_TEMPLATES = 191;

/** A template as text: equal templates give equal texts. */
export function templateKey({ type, isCreate, writes }: Template): string {
  return `${type}${isCreate ? '+' : '~'}${writes.map(({ field, form, kind }) => `${field}.${form}.${kind}`).join(' ')}`;
}

/** The template of a text that {@link templateKey} gave. */
export function templateOfKey(key: string): Template {
  const match = /^(\d+)([+~])(.*)$/.exec(key);
  if (match === null) throw new RangeError('no template');
  const writes = (match[3] as string)
    .split(' ')
    .filter(Boolean)
    .map((write) => {
      const [field = 0, form = 0, kind = 0] = write.split('.').map(Number);
      return { field, form, kind };
    });
  return { type: Number(match[1]), isCreate: match[2] === '+', writes };
}

/** The templates of a release, and those that one frame adds. */
export class TemplateTable {
  readonly #templates: Template[];
  readonly #places: Map<string, number>;

  constructor(released: readonly Template[]) {
    this.#templates = [...released];
    this.#places = new Map(released.map((template, place) => [templateKey(template), place]));
  }

  /** The name of a template; the name for spelling where it has none. */
  nameOf(template: Template): number {
    return this.#places.get(templateKey(template)) ?? SPELT;
  }

  /** The template of a name; undefined for the name that says it is spelt. */
  named(name: number): Template | undefined {
    if (name === SPELT) return undefined;
    const template = this.#templates[name];
    if (template === undefined) throw new RangeError('no template of that name');
    return template;
  }

  /** Adds one that was spelt, while there are names. */
  add(template: Template): void {
    if (this.#templates.length >= SPELT || this.#places.has(templateKey(template))) return;
    this.#places.set(templateKey(template), this.#templates.length);
    this.#templates.push(template);
  }
}
