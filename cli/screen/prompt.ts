import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { failCli } from '../cli-errors.ts';
import type { Invocation } from '../invocation.ts';

/** Asks one thing on stderr, so that stdout stays clean; `isSecret` echoes nothing. Rejects when the run is aborted. */
export type Ask = (
  question: string,
  options?: { readonly isSecret?: boolean; readonly preset?: string },
) => Promise<string>;

/** Somebody at a terminal, to ask things of; `close` gives the terminal back. */
export type Prompter = Disposable & { readonly ask: Ask };

/** Opens the conversation. Call only where `isInteractive` holds. */
export function openPrompter({ stdin, stderr, signal, errorPaint }: Invocation): Prompter {
  let isMuted = false;
  const echo = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isMuted) stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: stdin, output: echo, terminal: true });
  return {
    ask: async (question, { isSecret = false, preset } = {}) => {
      const hint = preset === undefined || preset === '' ? '' : ` ${errorPaint.dim(`[${preset}]`)}`;
      const prompt = `${errorPaint.cyan('?')} ${question}${hint} `;
      if (isSecret) stderr.write(prompt);
      isMuted = isSecret;
      try {
        const answer = (await lines.question(isSecret ? '' : prompt, { signal })).trim();
        return answer === '' ? (preset ?? '') : answer;
      } catch (error) {
        // On a terminal in raw mode Ctrl-C and Ctrl-D are keys, not a signal and an end.
        throw signal.aborted ? error : failCli('SH-I506', { cause: error });
      } finally {
        isMuted = false;
        if (isSecret) stderr.write('\n');
      }
    },
    [Symbol.dispose]: () => lines.close(),
  };
}
