import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkpointAtRest } from './checkpoint-at-rest.ts';
import { openTestStore } from './testing/test-store.ts';

describe('checkpointAtRest', () => {
  it('brings a long log into the file and leaves a short one where it is', async () => {
    await using node = await openTestStore();
    const { db, directory } = node;
    const file = (): Buffer => readFileSync(directory.databaseFile);
    db.pragma('wal_checkpoint(truncate)');
    db.exec('create table filling (id integer primary key, content blob)');
    const fill = db.prepare('insert into filling (content) values (zeroblob(4000))');

    const before = file();
    for (let row = 0; row < 10; row++) fill.run();
    expect(checkpointAtRest(db)).toBe(0);
    expect(file().equals(before)).toBe(true);

    db.transaction(() => {
      for (let row = 0; row < 1200; row++) fill.run();
    })();
    expect(checkpointAtRest(db)).toBeGreaterThan(1200);
    expect(file().length).toBeGreaterThan(1200 * 4096);
    expect(checkpointAtRest(db)).toBe(0);
    expect(existsSync(`${directory.databaseFile}-wal`)).toBe(true);
  });
});
