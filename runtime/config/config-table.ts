import type { Private } from '../log/private.ts';

type Described<K extends string, D> = {
  readonly kind: K;
  /** Used when nobody says otherwise. Without it the key must be given, unless `optional`. */
  readonly default?: D;
  /** Whether the key may stay undefined. */
  readonly optional?: true;
  /** Environment name; made from the key when absent (`lan.port` → `HAGGUI_LAN_PORT`). */
  readonly env?: string;
  /** Flag; made from the key when absent (`lan.port` → `--lan-port`). */
  readonly flag?: string;
  /** What it is, for an operator. */
  readonly fr: string;
  readonly en: string;
};

/** One key of a configuration: its kind, its default, its names, and what it is in both languages. */
export type ConfigEntry =
  | (Described<'string', string> & { readonly pattern?: RegExp })
  | (Described<'integer', number> & { readonly min?: number; readonly max?: number })
  | Described<'port', number>
  | Described<'boolean', boolean>
  | Described<'path', string>
  | (Described<'url', string> & { readonly protocols?: readonly string[] })
  | (Described<'seconds', number> & { readonly min?: number; readonly max?: number })
  | (Described<'enum', string> & { readonly values: readonly string[] })
  | Described<'secret', never>;

/** The kinds of value; `path` is made absolute, `seconds` is a whole number of seconds, `secret` is the path of a file. */
export type ConfigKind = ConfigEntry['kind'];

/** Keys with dots (`lan.port`), each part in camelCase, and what they are. */
export type ConfigEntries = Readonly<Record<string, ConfigEntry>>;

type ValueOf<E> = E extends { kind: 'enum'; values: readonly (infer V)[] }
  ? V
  : E extends { kind: 'integer' | 'port' | 'seconds' }
    ? number
    : E extends { kind: 'boolean' }
      ? boolean
      : E extends { kind: 'secret' }
        ? Private<string>
        : string;

type Resolved<E> = E extends { optional: true } ? ValueOf<E> | undefined : ValueOf<E>;

type Head<K> = K extends `${infer H}.${string}` ? H : K;
type Tail<K, H extends string> = K extends `${H}.${infer R}` ? R : never;
type Nested<T> = {
  readonly [H in Head<keyof T & string> & string]: H extends keyof T
    ? T[H]
    : Nested<{ [K in keyof T as Tail<K, H>]: T[K] }>;
};

/** The configuration object of a table: `{ lan: { port: number } }` for the key `lan.port`. */
export type ConfigOf<T extends ConfigTable> =
  T extends ConfigTable<infer E> ? Nested<{ [K in keyof E]: Resolved<E[K]> }> : never;

/** A key with its names settled. `attribute` is the camelCase name that option parsers give a flag (`--lan-port` → `lanPort`). */
export type ConfigKey = {
  readonly key: string;
  readonly entry: ConfigEntry;
  readonly env: string;
  readonly flag: string;
  readonly attribute: string;
};

/** The one described table of a daemon. */
export type ConfigTable<E extends ConfigEntries = ConfigEntries> = {
  readonly entries: E;
  readonly keys: readonly ConfigKey[];
};

const words = (key: string): readonly string[] =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1.$2')
    .toLowerCase()
    .split('.');

const attributeOf = (flag: string): string =>
  flag.replace(/^--/, '').replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Makes the table; throws TypeError when two keys share an environment name or a flag. */
export const configTable = <const E extends ConfigEntries>(entries: E): ConfigTable<E> => {
  const keys = Object.entries(entries).map(([key, entry]): ConfigKey => {
    const flag = entry.flag ?? `--${words(key).join('-')}`;
    const env = entry.env ?? `HAGGUI_${words(key).join('_').toUpperCase()}`;
    return { key, entry, env, flag, attribute: attributeOf(flag) };
  });
  for (const name of ['env', 'flag'] as const) {
    const names = keys.map((key) => key[name]);
    const twice = names.find((value, index) => names.indexOf(value) !== index);
    if (twice !== undefined) throw new TypeError(`two configuration keys are called ${twice}`);
  }
  return { entries, keys };
};
