import type { Private } from '@santehaggui/runtime/log/private.ts';
import type { Messenger, ReceivedMessage } from '@santehaggui/runtime/telecoms/messenger.ts';
import { failHub } from '../errors/hub-errors.ts';

/** The hub's slice of the configuration about short messages. */
export type SmsSettings = {
  readonly provider: 'none' | 'africastalking' | 'twilio';
  readonly account: string | undefined;
  readonly secret: Private<string> | undefined;
  readonly number: string | undefined;
  readonly apiUrl: string | undefined;
  readonly webhookKey: Private<string> | undefined;
  readonly publicUrl: string | undefined;
};

/** What every aggregator is told: the account, what proves to be its owner, and the number that nodes write to. */
export type AggregatorAccount = {
  readonly account: string;
  readonly secret: string;
  readonly number: string;
  readonly apiUrl: string;
};

/** Sends one text; rejects with SH-T340 when the aggregator has not taken it. */
export type SendText = (to: string, text: string) => Promise<void>;

/** So many last messages are remembered, because an aggregator calls again when our answer was lost. */
const REMEMBERED = 4096;

/** An aggregator as a messenger: texts alone, each once, however often the aggregator tells of it. */
export class AggregatorMessenger implements Messenger {
  readonly #sendText: SendText;
  readonly #listeners = new Set<(message: ReceivedMessage) => void>();
  readonly #seen = new Set<string>();

  constructor(sendText: SendText) {
    this.#sendText = sendText;
  }

  readonly send: Messenger['send'] = async (to, payload) => {
    if (payload.kind !== 'text') throw failHub('SH-T340', { why: 'aggregators carry texts alone' });
    await this.#sendText(to, payload.text);
  };

  readonly onReceived: Messenger['onReceived'] = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Hands on what the aggregator tells of; `id` is its own name for the message. Answers whether it was new. */
  received(id: string, { from, text }: { readonly from: string; readonly text: string }): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    for (const listener of this.#listeners) listener({ from, payload: { kind: 'text', text } });
    return true;
  }
}

/** How long an aggregator may take to answer, in milliseconds. */
const ANSWER_MS = 15_000;

/** Posts a form to an aggregator; gives the JSON that it answers. Rejects with SH-T340 when it does not take the form. */
export async function postForm(
  url: string,
  headers: Readonly<Record<string, string>>,
  form: Readonly<Record<string, string>>,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', ...headers },
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (response.ok) return await response.json();
  } catch (cause) {
    throw failHub('SH-T340', { why: (cause as Error).message, cause });
  }
  throw failHub('SH-T340', {
    why: `HTTP ${response.status}: ${(await response.text().catch(() => '')).slice(0, 200)}`,
  });
}
