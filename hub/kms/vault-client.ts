import { isClearUrl } from '@santehaggui/runtime/http/clear-text.ts';
import { z } from 'zod';
import { failHub } from '../errors/hub-errors.ts';
import type { Kms, KmsVersion, WrappedKey } from './kms.ts';

/** How to reach a HashiCorp Vault, and which of its keys is ours. */
export type VaultOptions = {
  readonly url: string;
  readonly token: string;
  /** Where the transit engine is mounted. */
  readonly mount: string;
  readonly keyName: string;
  readonly namespace: string | undefined;
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 10_000;
const MAX_BATCH = 250;

const ciphertext = z.object({ ciphertext: z.string() });
const encrypted = z.object({ data: ciphertext });
const decrypted = z.object({ data: z.object({ plaintext: z.base64() }) });
const rewrapped = z.object({
  data: z.object({
    batch_results: z.array(z.object({ ciphertext: z.string().optional(), error: z.string().optional() })),
  }),
});
const keyRead = z.object({
  data: z.object({
    type: z.string(),
    derived: z.boolean(),
    keys: z.record(z.string().regex(/^\d+$/), z.number()),
    min_decryption_version: z.int(),
  }),
});
const failed = z.object({ errors: z.array(z.string()) });

// What Vault answers when a ciphertext is not of this key, was changed, or its version may not be used any more.
const NOT_OURS = /message authentication failed|invalid ciphertext|too old|unable to decrypt|no prefix/i;

/**
 * The transit engine of a HashiCorp Vault (HTTP API v1, also of OpenBao) as a KMS: the wrapping key never leaves it. The key
 * is made at the first use, of type aes256-gcm96 with derivation, so that a context can be given to each wrap.
 */
export class VaultClient implements Kms {
  readonly kind = 'vault';
  readonly #options: VaultOptions;
  #isThere: Promise<void> | undefined;

  /** Throws SH-C313 for an address that would carry the token in clear. */
  constructor(options: VaultOptions) {
    if (isClearUrl(options.url)) throw failHub('SH-C313', { why: options.url });
    this.#options = options;
  }

  async wrap(key: Uint8Array, context: string): Promise<WrappedKey> {
    await this.#ready();
    const body = { plaintext: base64(key), context: base64(context) };
    return wrappedOf((await this.#ask('POST', this.#path('encrypt'), { body, shape: encrypted })).data.ciphertext);
  }

  async unwrap(wrapped: string, context: string): Promise<Uint8Array> {
    await this.#ready();
    const body = { ciphertext: wrapped, context: base64(context) };
    const { data } = await this.#ask('POST', this.#path('decrypt'), { body, shape: decrypted, context });
    return new Uint8Array(Buffer.from(data.plaintext, 'base64'));
  }

  async rewrap(
    keys: readonly { readonly wrapped: string; readonly context: string }[],
  ): Promise<readonly WrappedKey[]> {
    await this.#ready();
    const answers: WrappedKey[] = [];
    for (let at = 0; at < keys.length; at += MAX_BATCH) {
      const part = keys.slice(at, at + MAX_BATCH);
      const body = { batch_input: part.map((key) => ({ ciphertext: key.wrapped, context: base64(key.context) })) };
      const { data } = await this.#ask('POST', this.#path('rewrap'), { body, shape: rewrapped, isBatch: true });
      if (data.batch_results.length !== part.length) throw failHub('SH-T310', { why: 'batch_results' });
      data.batch_results.forEach(({ ciphertext: text, error }, index) => {
        if (text === undefined) throw failHub('SH-C312', { why: `${part[index]?.context ?? ''}: ${error ?? ''}` });
        answers.push(wrappedOf(text));
      });
    }
    return answers;
  }

  async versions(): Promise<readonly KmsVersion[]> {
    await this.#ready();
    const { data } = await this.#ask('GET', this.#path('keys'), { shape: keyRead });
    return Object.entries(data.keys)
      .map(([version, seconds]) => ({ version: Number(version), createdAtMs: seconds * 1000 }))
      .filter(({ version }) => version >= data.min_decryption_version)
      .sort((a, b) => a.version - b.version);
  }

  async rotate(): Promise<number> {
    await this.#ready();
    await this.#ask('POST', `${this.#path('keys')}/rotate`, { body: {} });
    return ((await this.versions()).at(-1) as KmsVersion).version;
  }

  async forgetBefore(version: number): Promise<void> {
    await this.#ready();
    const oldest = (await this.versions())[0]?.version ?? version;
    if (oldest >= version) return;
    const path = this.#path('keys');
    // The configuration alone could be taken back; trimming cannot. It wants both minimums first.
    const body = { min_decryption_version: version, min_encryption_version: version };
    await this.#ask('POST', `${path}/config`, { body });
    await this.#ask('POST', `${path}/trim`, { body: { min_available_version: version } });
  }

  async keepAlive(): Promise<void> {
    await this.#ask('POST', 'auth/token/renew-self', { body: {} });
  }

  #path(verb: 'encrypt' | 'decrypt' | 'rewrap' | 'keys'): string {
    const { mount, keyName } = this.#options;
    return `${mount}/${verb}/${encodeURIComponent(keyName)}`;
  }

  /** Finds the key or makes it; asked again as long as that fails. */
  #ready(): Promise<void> {
    this.#isThere ??= this.#findOrMake().catch((error: unknown) => {
      this.#isThere = undefined;
      throw error;
    });
    return this.#isThere;
  }

  async #findOrMake(): Promise<void> {
    const found = await this.#ask('GET', this.#path('keys'), { shape: keyRead.nullable(), isOptional: true });
    if (found === null) {
      await this.#ask('POST', this.#path('keys'), { body: { type: 'aes256-gcm96', derived: true } });
      return;
    }
    if (!found.data.derived) throw failHub('SH-C314', { why: this.#options.keyName });
  }

  async #ask<Shape extends z.ZodType = z.ZodUnknown>(
    method: 'GET' | 'POST',
    path: string,
    { body, shape, isOptional = false, isBatch = false, context }: AskOptions<Shape>,
  ): Promise<z.infer<Shape>> {
    const { url, token, namespace, timeoutMs = TIMEOUT_MS } = this.#options;
    const headers = {
      'X-Vault-Token': token,
      'X-Vault-Request': 'true',
      ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
    const response = await fetch(new URL(`v1/${path}`, url.endsWith('/') ? url : `${url}/`), {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw failHub('SH-T310', { why: (cause as Error).message, cause });
    });
    const text = await response.text();
    if (response.status === 404 && isOptional) return null as z.infer<Shape>;
    const parsed = shape?.safeParse(jsonOf(text));
    if (!response.ok && !(isBatch && parsed?.success === true)) throw refusal(response.status, text, context);
    if (parsed === undefined) return undefined as z.infer<Shape>;
    if (!parsed.success) throw failHub('SH-T310', { why: `${path}: ${z.prettifyError(parsed.error)}` });
    return parsed.data;
  }
}

type AskOptions<Shape> = {
  readonly body?: unknown;
  readonly shape?: Shape;
  readonly isOptional?: boolean;
  /** A batch with one failure is answered with 400, and with the results of the others. */
  readonly isBatch?: boolean;
  readonly context?: string;
};

/** Vault tells why in words: 400 for what was asked, 403 for the token, 503 while it is sealed. */
function refusal(status: number, text: string, context: string | undefined): Error {
  const told = failed.safeParse(jsonOf(text));
  const why = told.success && told.data.errors.length > 0 ? told.data.errors.join('; ') : `HTTP ${status}`;
  if (status === 400 && NOT_OURS.test(why)) return failHub('SH-C312', { why: `${context ?? ''}: ${why}` });
  if (status === 403) return failHub('SH-C315', { why });
  return failHub('SH-T310', { why });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrappedOf(text: string): WrappedKey {
  const version = Number(/^vault:v(\d+):/.exec(text)?.[1]);
  if (!Number.isInteger(version)) throw failHub('SH-T310', { why: 'ciphertext' });
  return { wrapped: text, version };
}

function base64(bytes: Uint8Array | string): string {
  return Buffer.from(bytes as string).toString('base64');
}
