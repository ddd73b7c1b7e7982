import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CHAIN_START, chainHead } from '@santehaggui/protocols/journal/chain.ts';
import { describe, expect, it } from 'vitest';
import { openTestStore } from './testing/test-store.ts';

/** Runs the writer until it has told of `lines` transactions, then kills it; gives the ids that it told of. */
const writeAndKill = async (root: string, incarnation: string, lines: number): Promise<readonly string[]> => {
  const module = new URL('./testing/endless-writer.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then((m) => m.writeForever(${JSON.stringify(root)}, '${incarnation}'))`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    if (told.split('\n').length > lines) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  return told.slice(0, told.lastIndexOf('\n')).split(/\s+/);
};

describe('a store whose process is killed with -9', () => {
  it('holds everything that it had told of, whole transactions only, and its chain goes on', {
    timeout: 120_000,
  }, async () => {
    await using node = await openTestStore({ node: 1 });
    const told: string[] = [];
    for (let round = 0; round < 10; round++) {
      node.db.close();
      told.push(...(await writeAndKill(node.directory.root, `0a${String(round).padStart(10, '0')}`, 1 + round * 7)));
      await node.reopen();
      for (const id of told) if (node.store.record(id) === undefined) expect.fail(`${id} was lost in round ${round}`);
      expect(Number(node.db.prepare('select count(*) from record').pluck().get()) % 3).toBe(0);
      expect(node.db.prepare('select is_last from journal order by position desc limit 1').pluck().get()).toBe(1);
    }
    expect(told.length).toBeGreaterThan(300);
    let head = CHAIN_START;
    const rows = node.db.prepare<[], { meta: Buffer; fields: Buffer; head: Buffer }>(
      'select meta, fields, head from journal order by position',
    );
    for (const row of rows.iterate()) {
      head = chainHead(head, { meta: row.meta, fields: row.fields }, Buffer.alloc(32, 1));
      expect(row.head.equals(head)).toBe(true);
    }
    expect(node.db.prepare('select count(*) from incarnation').pluck().get()).toBe(10);
  });
});
