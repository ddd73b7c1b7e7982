import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { describe, expect, it } from 'vitest';
import { KeyRing } from './key-ring.ts';
import { openTestStore } from './testing/test-store.ts';

const STEPS = ['begins', 'has both keys', 'has a new key'];

/** Runs the rotator until it has told of this step so often, then kills it. */
const rotateAndKill = async (root: string, step: string, times: number): Promise<void> => {
  const module = new URL('./testing/endless-rotator.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then((m) => m.rotateForever(${JSON.stringify(root)}))`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    if (told.split(`${step}\n`).length > times) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
};

describe('a database whose key changes while the process is killed with -9', () => {
  it('has its old key or the new one, never neither, and all its records', { timeout: 120_000 }, async () => {
    await using node = await openTestStore();
    const ids = Array.from({ length: 200 }, (_, index) =>
      node.store.transact({ author: null, role: 'nurse' }, (tx) =>
        tx.create(patient, { familyName: 'Traoré', givenName: `numéro ${index}` }),
      ),
    );
    const keys = new Set<string>();
    for (let round = 0; round < 20; round++) {
      node.db.close();
      await rotateAndKill(node.directory.root, STEPS[round % STEPS.length] as string, 1 + Math.floor(round / 5));
      await node.reopen();
      keys.add(node.ring.current().keyHex);
      expect(node.ring.isGenuine).toBe(true);
      expect(KeyRing.read(node.directory.keyRingFile).notesKey()).toEqual(node.ring.notesKeys().publicKey);
      expect(node.db.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(ids.filter((id) => node.store.record(id) === undefined)).toEqual([]);
    }
    expect(keys.size).toBeGreaterThan(10);
  });
});
