import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { describe, expect, it } from 'vitest';
import { DatabaseMark } from './database-mark.ts';
import { believedOf } from './restoration-service.ts';

const MARKS = ['a', 'b', 'c'].map((digit) => digit.repeat(32));
const [FIRST = '', SECOND = '', THIRD = ''] = MARKS;

describe('the mark of the hub’s database', () => {
  it('knows a new hub, the database it left, and one that was put back', async () => {
    await using folder = await temporaryDirectory();
    const mark = new DatabaseMark(join(folder.path, 'mark.json'));
    expect(mark.isOf(undefined)).toBe(true);
    mark.willWrite(undefined, FIRST);
    mark.written(FIRST);
    expect(mark.isOf(FIRST)).toBe(true);
    mark.willWrite(FIRST, SECOND);
    mark.written(SECOND);
    expect(mark.isOf(SECOND)).toBe(true);
    expect(mark.isOf(FIRST)).toBe(false);
    expect(mark.isOf(undefined)).toBe(false);
  });

  it('holds a start that was cut off before or after its mark was in the database for no restoration', async () => {
    await using folder = await temporaryDirectory();
    const mark = new DatabaseMark(join(folder.path, 'mark.json'));
    mark.written(FIRST);
    mark.willWrite(FIRST, SECOND);
    expect(mark.isOf(FIRST)).toBe(true);
    expect(mark.isOf(SECOND)).toBe(true);
    expect(mark.isOf(THIRD)).toBe(false);
  });

  it('takes a database that has a mark while its own is gone for one that was put back', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'mark.json');
    expect(existsSync(path)).toBe(false);
    expect(new DatabaseMark(path).isOf(FIRST)).toBe(false);
  });
});

describe('how much of a feed is believed', () => {
  const generations = [
    { generation: 'g1', beginsAfter: 20, isOffered: true },
    { generation: 'g2', beginsAfter: 15, isOffered: false },
  ];

  it.each([
    { generation: undefined, feedReceived: 10, believed: 10 },
    { generation: undefined, feedReceived: 18, believed: 15 },
    { generation: 'g1', feedReceived: 30, believed: 15 },
    { generation: 'g2', feedReceived: 30, believed: 30 },
    { generation: 'unknown', feedReceived: 30, believed: 0 },
  ])('is $believed of $feedReceived in generation $generation', ({ generation, feedReceived, believed }) => {
    expect(believedOf(generations, { generation, feedReceived })).toBe(believed);
  });
});
