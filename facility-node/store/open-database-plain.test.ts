import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { openPlainSqlite } from '@santehaggui/runtime/testing/plain-sqlite.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { expect, it, vi } from 'vitest';
import { dataDirectory, makeDataDirectory } from './data-directory.ts';
import { createRingWithFile } from './key-ring.ts';
import { openNodeDatabase } from './open-database.ts';

// As a driver without ciphers does: it takes the key without a word and writes in clear.
vi.mock('@santehaggui/runtime/sql/encrypted-sqlite.ts', async (original) => ({
  ...(await original<object>()),
  openEncryptedSqlite: ({ path }: { readonly path: string }) => openPlainSqlite(path),
}));

it('is not opened by a driver that writes in clear, at any start', async () => {
  await sodiumReady();
  await using folder = await temporaryDirectory();
  const directory = dataDirectory(folder.path);
  makeDataDirectory(directory);
  const ring = createRingWithFile(directory, { cipher: 'chacha20', nowMs: 0 });
  const { log } = recordingLog();
  const opened = () => openNodeDatabase({ directory, ring, clock: systemClock, log, mayCreate: true });
  await expect(opened()).rejects.toMatchObject({ code: 'SH-F005' });
  await expect(opened()).rejects.toMatchObject({ code: 'SH-F005' });
});
