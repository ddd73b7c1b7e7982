import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealKeysFromSeed, signKeysFromSeed, sodiumReady } from '../crypto/sodium.ts';
import {
  BACKUP_START_BYTES,
  BackupOpener,
  BackupSealer,
  BrokenBackup,
  backupHeadLength,
  openBackupKey,
  readBackupHead,
  sealBackupHead,
} from './backup-file.ts';

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const key = seed(9);
const about = {
  ...{ facility: 'cscom_sangha', name: 'CSCOM de Sangha', node: 77, createdAt: '2026-11-26T02:30:00.000Z' },
  hub: { url: 'https://hub.example', signKey: 'ab'.repeat(32), sealKey: 'cd'.repeat(32) },
};
const since = '2026-01-01T00:00:00.000Z';

const headOf = (node = about.node) => {
  const hub = sealKeysFromSeed(seed(1));
  const recovery = sealKeysFromSeed(seed(2));
  const receivers = [
    { to: 'hub', since, publicKey: hub.publicKey },
    { to: 'recovery', since, publicKey: recovery.publicKey },
  ] as const;
  const { bytes } = sealBackupHead({ ...about, node }, { key, receivers, signKeys: signKeysFromSeed(seed(3)) });
  const head = readBackupHead(bytes);
  if (head === undefined) throw new Error('not read');
  return { bytes, head, hub, recovery };
};

/** Opens all pieces of a file's content. */
const opened = (content: Uint8Array, hash: Uint8Array): string => {
  const opener = new BackupOpener(key, hash);
  let at = 0;
  const take = (length: number): Uint8Array => {
    at += length;
    return content.subarray(at - length, at);
  };
  for (let text = ''; ; ) {
    const { body, isLast } = opener.next(take);
    text += Buffer.from(body).toString();
    if (isLast) return text;
  }
};

describe('a backup file', () => {
  beforeAll(sodiumReady);

  it('is opened by whom it is sealed to, each by their own keys, and by nobody else', () => {
    const { bytes, head, hub, recovery } = headOf();
    expect(head.header).toMatchObject(about);
    expect(backupHeadLength(bytes.subarray(0, BACKUP_START_BYTES))).toBe(bytes.length);
    expect(openBackupKey(head.header, 'hub', hub)).toEqual(key);
    expect(openBackupKey(head.header, 'recovery', recovery)).toEqual(key);
    expect(openBackupKey(head.header, 'hub', recovery)).toBeUndefined();
    expect(openBackupKey(head.header, 'recovery', sealKeysFromSeed(seed(4)))).toBeUndefined();
  });

  it('does not open under the header of another node', () => {
    const { head, hub } = headOf(78);
    expect(openBackupKey({ ...head.header, node: about.node }, 'hub', hub)).toBeUndefined();
  });

  it('has a head that its node has signed, so that no byte of it can be another', () => {
    const { bytes } = headOf();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = Uint8Array.from(bytes);
        altered[at] = (altered[at] as number) ^ flip;
        expect(readBackupHead(altered)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    expect(readBackupHead(bytes.subarray(0, -1))).toBeUndefined();
    expect(readBackupHead(new Uint8Array())).toBeUndefined();
  });

  it('gives its content back, and nothing that was altered, exchanged, cut off or of another backup', () => {
    const { head } = headOf();
    const sealer = new BackupSealer(key, head.hash);
    const pieces = ['one', 'two', 'end'].map((text, index) => sealer.seal(Buffer.from(text), index === 2));
    const [one, two, end] = pieces as [Uint8Array, Uint8Array, Uint8Array];
    expect(opened(Buffer.concat(pieces), head.hash)).toBe('onetwoend');
    for (const content of [
      Buffer.concat([two, one, end]),
      Buffer.concat([one, two]),
      Buffer.concat([one, end]),
      Buffer.concat(pieces).subarray(0, -1),
      Buffer.alloc(0),
    ]) {
      expect(() => opened(content, head.hash)).toThrow(BrokenBackup);
    }
    expect(() => opened(Buffer.concat(pieces), seed(5))).toThrow(BrokenBackup);
    const content = Buffer.concat(pieces);
    for (let at = 0; at < content.length; at++) {
      const altered = Buffer.from(content);
      altered[at] = (altered[at] as number) ^ 0x80;
      expect(() => opened(altered, head.hash), String(at)).toThrow(BrokenBackup);
    }
  });
});
