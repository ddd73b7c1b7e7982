import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { failCli } from '../cli-errors.ts';
import { bilingual } from '../texts/texts.ts';
import type { Guardian } from './guardian.ts';

/** The addresses in a daemon's ready line. */
export type ReadyLine = Readonly<Record<string, unknown>>;

/** How a daemon is started. */
export type DaemonOptions = {
  readonly name: string;
  /** Absolute path of the launcher in `bin/`. */
  readonly launcher: string;
  /** Asked again at each start: a daemon that starts again may have to keep its port. */
  readonly argumentsNow: () => readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** All that the daemon writes is added to this file. */
  readonly logFile: string;
  readonly guardian: Guardian;
  readonly clock: Clock;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the daemon ends although nobody asked it to. */
  readonly onLost: (error: Error) => void;
};

const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const LOG_GRACE_MS = 300;
const KEPT_LINES = 20;
const KEPT_ERRORS = 5;

type Running = { readonly child: ChildProcess; readonly ended: Promise<void>; isStopAsked: boolean };

function eventOf(line: string): ReadyLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? (parsed as ReadyLine) : undefined;
  } catch {
    return undefined;
  }
}

function words(...values: readonly unknown[]): string {
  return values.filter((value) => typeof value === 'string').join(' ');
}

/** A line of a daemon's log as somebody at a terminal wants it; what is no log line is left as it is. */
function readable(line: string): string {
  const event = eventOf(line);
  if (event === undefined) return line;
  const error = typeof event.error === 'object' && event.error !== null ? (event.error as ReadyLine) : {};
  return words(
    String(event.time ?? '').slice(11, 19),
    event.level,
    event.event,
    event.service,
    error.code,
    error.message,
  );
}

/** A real daemon as a child process, in a process group of its own: started, stopped, killed with -9 and started again. */
export class DaemonProcess {
  readonly #options: DaemonOptions;
  #running: Running | undefined;
  #ready: ReadyLine = {};
  #lines: string[] = [];
  #errors: string[] = [];

  constructor(options: DaemonOptions) {
    this.#options = options;
  }

  /** What it is called in messages. */
  get name(): string {
    return this.#options.name;
  }

  /** The process id; undefined while it is not running. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** The last ready line. */
  get ready(): ReadyLine {
    return this.#ready;
  }

  /** The last lines of its log, oldest first. */
  get lastLines(): readonly string[] {
    return this.#lines;
  }

  /** The last errors in its log, as people read them; only what was written since the last start. */
  get lastErrors(): readonly string[] {
    return this.#errors;
  }

  /**
   * Starts it and gives its ready line. Throws SH-T501 when it ends before it is ready, or is not ready after two minutes; the
   * signal's reason when that aborts first.
   */
  async start(): Promise<ReadyLine> {
    if (this.#running !== undefined) return this.#ready;
    const { launcher, argumentsNow, environment, guardian, signal } = this.#options;
    signal?.throwIfAborted();
    const child = spawn(launcher, [...argumentsNow()], {
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    await once(child, 'spawn').catch((error: unknown) => {
      throw failCli('SH-T501', { why: launcher, cause: error });
    });
    const groupId = child.pid as number;
    guardian.watch(groupId);
    const ready = this.#readLog(child);
    const running: Running = { child, ended: this.#endOf(child), isStopAsked: false };
    this.#running = running;
    const failure = await this.#untilReady(running, ready);
    if (failure !== undefined) {
      running.isStopAsked = true;
      // Orderly where it can be: a hub that is half started has a PostgreSQL already.
      await this.stop();
      signal?.throwIfAborted();
      throw this.#failure('SH-T501', bilingual(failure, { name: this.name }));
    }
    void running.ended.then(() => this.#noticeEnd(running));
    return this.#ready;
  }

  /** Asks it to stop and waits until it has; kills it after 30 seconds. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    running.isStopAsked = true;
    running.child.kill('SIGTERM');
    const giveUp = new AbortController();
    const isLate = await Promise.race([
      running.ended.then(() => false),
      this.#options.clock.sleep(STOP_TIMEOUT_MS, giveUp.signal).then(
        () => true,
        () => false,
      ),
    ]);
    giveUp.abort();
    if (isLate) {
      await this.kill();
      return;
    }
    this.#options.guardian.release(running.child.pid as number);
    this.#running = undefined;
  }

  /**
   * Kills the process itself with -9, as a power cut would; what it started lives on, as it would too (a hub's PostgreSQL),
   * and is left to the guardian.
   */
  async kill(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    running.isStopAsked = true;
    running.child.kill('SIGKILL');
    await running.ended;
    this.#running = undefined;
  }

  /** Starts it again, after `stop` or `kill` or without. */
  async restart(): Promise<ReadyLine> {
    await this.stop();
    return this.start();
  }

  /** Resolves when the process has ended and its log is read, as far as it can be. */
  async #endOf(child: ChildProcess): Promise<void> {
    const closed = once(child, 'close');
    await once(child, 'exit');
    // What it started (a PostgreSQL after kill -9) may hold the other end of the pipes open for ever.
    await Promise.race([closed, this.#options.clock.sleep(LOG_GRACE_MS)]);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }

  /** What went wrong before the ready line; undefined when it came. */
  async #untilReady(
    running: Running,
    ready: Promise<ReadyLine>,
  ): Promise<'demo.endedEarly' | 'demo.notReady' | undefined> {
    const giveUp = new AbortController();
    const { signal, clock } = this.#options;
    const waiting = signal === undefined ? giveUp.signal : AbortSignal.any([giveUp.signal, signal]);
    try {
      return await Promise.race([
        ready.then((line) => {
          this.#ready = line;
          return undefined;
        }),
        running.ended.then(() => 'demo.endedEarly' as const),
        clock.sleep(READY_TIMEOUT_MS, waiting).then(
          () => 'demo.notReady' as const,
          () => 'demo.notReady' as const,
        ),
      ]);
    } finally {
      giveUp.abort();
    }
  }

  #readLog(child: ChildProcess): Promise<ReadyLine> {
    this.#lines = [];
    this.#errors = [];
    const file = createWriteStream(this.#options.logFile, { flags: 'a', mode: 0o600 });
    file.on('error', () => undefined);
    const { promise, resolve } = Promise.withResolvers<ReadyLine>();
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        file.write(`${line}\n`);
        this.#lines = [...this.#lines.slice(1 - KEPT_LINES), line];
        const event = eventOf(line);
        if (event?.event === 'ready') resolve(event);
        if (event?.level === 'error') this.#errors = [...this.#errors.slice(1 - KEPT_ERRORS), readable(line)];
      });
    }
    child.once('close', () => file.end());
    return promise;
  }

  #noticeEnd(running: Running): void {
    if (running.isStopAsked || this.#running !== running) return;
    this.#running = undefined;
    const { exitCode, signalCode } = running.child;
    const how = String(signalCode ?? exitCode);
    this.#options.onLost(this.#failure('SH-F501', bilingual('demo.lost', { name: this.name, how })));
  }

  #failure(code: 'SH-T501' | 'SH-F501', why: { readonly fr: string; readonly en: string }): Error {
    const log = this.#lines.map((line) => `    ${readable(line)}`).join('\n');
    const withLog = (text: string): string => (log === '' ? text : `${text}\n${log}`);
    return failCli(code, { why: { fr: withLog(why.fr), en: withLog(why.en) } });
  }
}
