import { type DestinationStream, type Logger, pino, destination as pinoDestination, stdSerializers } from 'pino';
import { HagguiError } from '../errors/haggui-error.ts';
import { failRuntime } from '../errors/runtime-errors.ts';
import { mask, type OnLeak, Private } from './private.ts';

/** What goes with an event. Units in names; no health data, no phone number: wrap those with `confidential`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes events. `event` is a stable name in dotted lower case (`http.request`, `service.stopped`): programs read it. */
export type Log = {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** An Error under the key `error` is written with its code, stack and causes. */
  error(event: string, fields?: LogFields): void;
  /** The same log with these fields in every line. */
  child(fields: LogFields): Log;
};

/** From the most to the least talkative; `silent` writes nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** How a logger is made. `destination` defaults to standard output; `onLeak` to `mask` (production). */
export type LoggerOptions = {
  readonly name: string;
  readonly level?: LogLevel;
  readonly destination?: DestinationStream;
  readonly onLeak?: OnLeak;
};

const serialiseError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const plain = stdSerializers.err(error);
  return error instanceof HagguiError
    ? {
        type: error.name,
        code: error.code,
        kind: error.kind,
        message: error.message,
        why: error.why,
        fields: error.fields,
        stack: plain.stack,
      }
    : { type: plain.type, message: plain.message, code: (error as NodeJS.ErrnoException).code, stack: plain.stack };
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
};

const withoutPrivate = (value: unknown, onLeak: OnLeak, seen: ReadonlySet<object>): unknown => {
  if (value instanceof Private) {
    if (onLeak === 'throw') throw failRuntime('SH-B002');
    return mask;
  }
  if (value instanceof Map || value instanceof Set) return withoutPrivate([...value], onLeak, seen);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  if (seen.has(value)) return '[circular]';
  const inside = new Set([...seen, value]);
  if (Array.isArray(value)) return value.map((entry) => withoutPrivate(entry, onLeak, inside));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutPrivate(entry, onLeak, inside)]));
};

const logOver = (logger: Logger, onLeak: OnLeak): Log => {
  const line = (event: string, fields: LogFields): object => ({
    ...(withoutPrivate(fields, onLeak, new Set()) as object),
    event,
  });
  return {
    debug: (event, fields = {}) => logger.debug(line(event, fields)),
    info: (event, fields = {}) => logger.info(line(event, fields)),
    warn: (event, fields = {}) => logger.warn(line(event, fields)),
    error: (event, fields = {}) => logger.error(line(event, fields)),
    child: (fields) =>
      logOver(logger.child(withoutPrivate(fields, onLeak, new Set()) as Record<string, unknown>), onLeak),
  };
};

/**
 * A logger of JSON lines: `level` in words, `time` in ISO 8601 UTC, `name`, `pid`, `event`, then the fields.
 * Lines are written before the call returns, so that none is lost when the process ends.
 */
export const createLogger = ({ name, level = 'info', destination, onLeak = 'mask' }: LoggerOptions): Log =>
  logOver(
    pino(
      {
        name,
        level,
        base: { pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { error: serialiseError },
      },
      destination ?? pinoDestination({ fd: 1, sync: true }),
    ),
    onLeak,
  );
