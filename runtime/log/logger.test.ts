import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hasCode } from '../errors/haggui-error.ts';
import { failRuntime } from '../errors/runtime-errors.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { createLogger } from './logger.ts';
import { confidential } from './private.ts';

const masking = () => {
  let text = '';
  const write = (line: string): void => {
    text += line;
  };
  return { log: createLogger({ name: 'masking', destination: { write } }), text: () => text };
};

describe('a logger', () => {
  it('writes one JSON line an event, with level in words, time in UTC and the fields', () => {
    const { log, lines } = recordingLog();
    log.child({ requestId: 'r1' }).warn('link.slow', { bytesPerSecond: 900 });
    expect(lines()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        pid: process.pid,
        name: 'test',
        requestId: 'r1',
        event: 'link.slow',
        bytesPerSecond: 900,
      },
    ]);
  });

  it('lets no field rename the event', () => {
    const { log, events } = recordingLog();
    log.info('true.name', { event: 'other.name' });
    expect(events()).toEqual(['true.name']);
  });

  it('leaves out what is below its level', () => {
    const { log, text } = masking();
    log.debug('chatter');
    log.info('news');
    expect(text()).not.toContain('chatter');
    expect(text()).toContain('news');
  });

  it('writes code, kind, stack and causes of an error', () => {
    const { log, lines } = recordingLog();
    log.error('it.failed', { error: failRuntime('SH-T003', { cause: new Error('deep reason') }) });
    log.error('it.failed', { error: 'only text' });
    expect(lines()[0]?.error).toMatchObject({
      code: 'SH-T003',
      kind: 'transient',
      stack: expect.stringContaining('deep reason'),
    });
    expect(lines()[1]?.error).toBe('only text');
  });

  it('masks confidential values wherever they are in production', () => {
    const { log, text } = masking();
    const phone = confidential('+22370000001');
    const loop: Record<string, unknown> = { phone };
    loop.self = loop;
    log
      .child({ phone })
      .info('sent', { to: [phone], deep: { phone }, map: new Map([['k', phone]]), set: new Set([phone]), loop });
    log.info(`sent to ${phone}`);
    expect(text()).not.toContain('70000001');
    expect(text().match(/\[confidential\]/g)?.length).toBe(7);
  });

  it('throws for a confidential value when leaks are to be found', () => {
    const { log, text } = recordingLog();
    for (const fields of [{ a: confidential(1) }, { a: [{ b: confidential(1) }] }]) {
      expect(() => log.info('sent', fields)).toThrow(expect.objectContaining({ code: 'SH-B002' }));
      expect(() => log.child(fields)).toThrow(expect.objectContaining({ code: 'SH-B002' }));
    }
    expect(text()).toBe('');
  });
});

describe('a confidential value', () => {
  const print = [
    String,
    (v: unknown) => `${v}`,
    (v: unknown) => JSON.stringify({ v }),
    inspect,
    (v: unknown) => inspect({ v }),
  ];

  it('prints a placeholder and gives itself up only to reveal', () => {
    const value = confidential('Fatoumata');
    for (const printed of print.map((way) => way(value))) {
      expect(printed).toContain('[confidential]');
      expect(printed).not.toContain('Fatoumata');
    }
    expect(Object.keys(value)).toEqual([]);
    expect(value.reveal()).toBe('Fatoumata');
  });

  it('throws when it was made to find leaks', () => {
    const value = confidential('Fatoumata', 'throw');
    for (const way of print) {
      let thrown: unknown;
      try {
        way(value);
      } catch (error) {
        thrown = error;
      }
      expect(hasCode(thrown, 'SH-B002')).toBe(true);
    }
  });
});
