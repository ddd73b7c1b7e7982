import { Writable } from 'node:stream';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { describe, expect, it } from 'vitest';
import { createPaint } from './paint.ts';
import { Progress } from './progress.ts';

function progressOn(isTTY: boolean) {
  let text = '';
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  const stream = Object.assign(sink, { isTTY, columns: 60 });
  const clock = new FakeClock();
  const progress = new Progress({ stream, paint: createPaint(false), clock });
  const written = (): string => {
    const all = text;
    text = '';
    return all;
  };
  return { progress, clock, written };
}

describe('a progress bar', () => {
  it('stays silent for what is over within a second', async () => {
    const { progress, clock, written } = progressOn(true);
    progress.update('lecture', 1, 2);
    await clock.advance(900);
    progress.update('lecture', 2, 2);
    progress.stop();
    expect(written()).toBe('');
  });

  it('draws its share on a terminal and leaves no trace when it stops', async () => {
    const { progress, clock, written } = progressOn(true);
    progress.update('lecture', 0, 4);
    await clock.advance(1500);
    progress.update('lecture', 1, 4);
    expect(written()).toContain(`${'█'.repeat(6)}${'░'.repeat(18)}  25 %  lecture`);
    progress.stop();
    expect(written()).toBe('\r\u001b[K');
    progress.stop();
    expect(written()).toBe('');
  });

  it('writes one line a step where there is no terminal', async () => {
    const { progress, clock, written } = progressOn(false);
    await clock.advance(2000);
    for (let done = 0; done <= 100; done += 1) progress.update('lecture', done, 100);
    progress.update('enregistrement', 0, 100);
    expect(written()).toBe('lecture\nenregistrement\n');
  });

  it('never writes a line wider than the terminal', async () => {
    const { progress, clock, written } = progressOn(true);
    await clock.advance(2000);
    progress.update('x'.repeat(200), 1, 2);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is left out
    const line = written().replace(/\r|\u001b\[K/g, '');
    expect([...line].length).toBeLessThanOrEqual(60);
    expect(line).toContain('…');
  });
});
