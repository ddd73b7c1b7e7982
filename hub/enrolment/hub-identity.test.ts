import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { openHubIdentity } from './hub-identity.ts';

const bytes = (count: number): Uint8Array => new Uint8Array(randomBytes(count));

beforeAll(sodiumReady);

describe('a hub’s secrets', () => {
  it('are made at its first start, each by itself: no two hubs share one, and none has a default', async () => {
    await using directory = await temporaryDirectory();
    const contents = ['one', 'two'].map((name) => {
      const path = join(directory.path, name, 'hub.json');
      const keys = openHubIdentity(path, bytes);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const content = Object.values(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>);
      return [...content, ...['haggui_service', 'haggui_api', 'postgres'].map(keys.databasePassword)];
    });
    const all = contents.flat();
    expect(new Set(all).size).toBe(all.length);
    for (const secret of all) expect(secret).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are never made anew in the place of what cannot be read', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'hub.json');
    writeFileSync(path, '{}');
    expect(() => openHubIdentity(path, bytes)).toThrow(expect.objectContaining({ code: 'SH-C301' }));
    expect(readFileSync(path, 'utf8')).toBe('{}');
  });
});
