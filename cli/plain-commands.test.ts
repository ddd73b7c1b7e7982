import { PassThrough } from 'node:stream';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { describe, expect, it } from 'vitest';
import { commands } from './commands.ts';
import { type Invocation, readInvocation } from './invocation.ts';
import { plainCommands, runPlainCommand } from './plain-commands.ts';

function invocationFor(argv: readonly string[]): Invocation {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const env = { HAGGUI_DATA: '/nonexistent/by-default' };
  return readInvocation({
    ...{ argv, env, stdin, stdout, stderr, root: '/', clock: systemClock },
    signal: new AbortController().signal,
  });
}

const ran = (words: string) => {
  const argv = words.split(' ').filter((word) => word !== '');
  return runPlainCommand(argv, invocationFor(argv));
};

/** Of a directory that is not there: the error names the one that was asked. */
const absent = (why: string) => expect.objectContaining({ code: 'SH-C501', why });

describe('a plain command', () => {
  it('runs with the options of all commands, in either way of writing them', async () => {
    await expect(ran('status')).rejects.toEqual(absent('/nonexistent/by-default'));
    await expect(ran('status --data /nonexistent/a --json')).rejects.toEqual(absent('/nonexistent/a'));
    await expect(ran('sync status --lang=en --data=/nonexistent/a=b')).rejects.toEqual(absent('/nonexistent/a=b'));
    await expect(ran('status --data /nonexistent/a --data /nonexistent/b')).rejects.toEqual(absent('/nonexistent/b'));
  });

  it('is left to oclif as soon as anything about it is in doubt', () => {
    const doubtful = ['', '--help', 'sync', 'stattus', 'sync now', 'status --help', 'status --frobnicate', 'status x'];
    const halfWritten = [
      'status --data',
      'status --data=',
      'status --data --json',
      'status --lang de',
      'status --json=1',
    ];
    const misplaced = ['--json status', 'sync --json status', 'status --', 'toString', 'status --data a b'];
    for (const words of [...doubtful, ...halfWritten, ...misplaced])
      expect([words, ran(words)]).toEqual([words, undefined]);
  });

  it('has a class for everything else', () => {
    expect(Object.keys(commands)).toEqual(expect.arrayContaining(Object.keys(plainCommands)));
  });
});
