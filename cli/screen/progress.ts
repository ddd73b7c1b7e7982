import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { OutputStream } from '../invocation.ts';
import type { Paint } from './paint.ts';
import { shown, widthOf } from './paint.ts';

/** How a {@link Progress} is shown. */
export type ProgressOptions = {
  readonly stream: OutputStream;
  readonly paint: Paint;
  readonly clock: Clock;
  /** Nothing is shown before this many milliseconds; default 1,000. */
  readonly afterMs?: number;
};

const WIDTH = 24;

/**
 * A progress bar on stderr for anything that lasts over a second. On a terminal one line is drawn again and again; elsewhere
 * each new step is one line, so that a log stays readable. `update` may be called as often as one likes.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  #label = '';
  #share: number | null = null;
  #isDrawn = false;
  readonly #told = new Set<string>();
  #drawnAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
  }

  /** Says what is being done; `done` of `total` when it is known. */
  update(label: string, done?: number, total?: number): void {
    const isNew = label !== this.#label;
    this.#label = label;
    this.#share = done === undefined || total === undefined || total <= 0 ? null : Math.min(1, done / total);
    this.#draw(isNew);
    // A first step that lasts shows up although nobody calls again.
    this.#timer ??= setTimeout(() => this.#draw(true), this.#options.afterMs ?? 1000).unref();
  }

  /** Writes a line above the bar. */
  note(line: string): void {
    this.#erase();
    this.#options.stream.write(`${shown(line)}\n`);
    this.#draw(true);
  }

  /** Removes the bar; idempotent. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#erase();
    this.#label = '';
  }

  #erase(): void {
    if (this.#isDrawn) this.#options.stream.write('\r\u001b[K');
    this.#isDrawn = false;
  }

  #draw(isUrgent: boolean): void {
    const { stream, clock, afterMs = 1000 } = this.#options;
    const now = clock.monotonic();
    if (this.#label === '' || now - this.#startedAt < afterMs) return;
    if (stream.isTTY !== true) {
      if (!this.#told.has(this.#label)) stream.write(`${this.#label}\n`);
      this.#told.add(this.#label);
      return;
    }
    if (!isUrgent && now - this.#drawnAt < 100) return;
    this.#drawnAt = now;
    stream.write(`\r${this.#line(stream.columns ?? 80)}\u001b[K`);
    this.#isDrawn = true;
  }

  #line(columns: number): string {
    const { paint } = this.#options;
    if (this.#share === null) return `${paint.cyan('•')} ${this.#clipped(columns - 3)}`;
    const filled = Math.round(this.#share * WIDTH);
    const bar = paint.cyan('█'.repeat(filled)) + paint.dim('░'.repeat(WIDTH - filled));
    const percent = `${Math.floor(this.#share * 100)} %`.padStart(5);
    return `${bar} ${percent}  ${this.#clipped(columns - WIDTH - 9)}`;
  }

  #clipped(width: number): string {
    return widthOf(this.#label) <= width
      ? this.#label
      : `${[...this.#label].slice(0, Math.max(0, width - 1)).join('')}…`;
  }
}
