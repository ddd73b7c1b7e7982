import { createLogger, type Log } from '../log/logger.ts';

/** One line as it was written. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly event: string };

/** A log that keeps its lines. */
export type RecordingLog = {
  readonly log: Log;
  /** All lines so far, as a reader of the journal would parse them. */
  lines(): readonly LogLine[];
  /** The names of the events so far, in order. */
  events(): readonly string[];
  /** Everything written so far, for a search for what must not be there. */
  text(): string;
};

/** The real logger writing to memory at level `debug`; it throws SH-B002 when given a confidential value. */
export const recordingLog = (): RecordingLog => {
  let text = '';
  const write = (line: string): void => {
    text += line;
  };
  const log = createLogger({ name: 'test', level: 'debug', destination: { write }, onLeak: 'throw' });
  const lines = (): readonly LogLine[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  return { log, lines, events: () => lines().map(({ event }) => event), text: () => text };
};
