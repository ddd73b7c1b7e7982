import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { type MachineCheck, machineChecks } from './machine-checks.ts';

const CALM = {
  'proc/swaps': 'Filename Type Size Used Priority\n',
  'proc/self/limits': 'Limit  Soft  Hard  Units\nMax core file size        0                    0      bytes\n',
  'proc/sys/kernel/core_pattern': 'core\n',
};

const checked = async (system: Readonly<Record<string, string>>, prepare: (data: string) => void = () => {}) => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, 'data');
  mkdirSync(join(data, 'keys'), { recursive: true, mode: 0o700 });
  chmodSync(data, 0o711);
  writeFileSync(join(data, 'keys', 'ring.json'), '{}', { mode: 0o600 });
  for (const [path, text] of Object.entries({ ...CALM, ...system })) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), text);
  }
  prepare(data);
  const checks = machineChecks({ dataRoot: data, lowDiskMegabytes: 1, systemRoot: folder.path });
  return Object.fromEntries(checks.map((check) => [check.name, check])) as Record<string, MachineCheck>;
};

describe('the checks of a machine', () => {
  it('find nothing wrong with one that is in order', async () => {
    const checks = await checked({});
    expect(Object.values(checks).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'disk ok',
      'permissions ok',
      'swap ok',
      'cores ok',
    ]);
  });

  it('name the files that other users can open', async () => {
    const { permissions } = await checked({}, (data) => chmodSync(join(data, 'keys', 'ring.json'), 0o640));
    expect(permissions).toMatchObject({ state: 'failing', detail: { fr: expect.stringContaining('keys/ring.json') } });
    const folder = await checked({}, (data) => chmodSync(join(data, 'keys'), 0o750));
    expect(folder.permissions?.detail.en).toContain('keys');
    expect(folder.permissions?.remedy?.fr).toContain('chmod -R go-rwx');
  });

  it('tell swap that is written in clear from zram and dm-crypt', async () => {
    const swaps = (device: string) => ({ 'proc/swaps': `Filename Type\n${device} partition 1000 0 -2\n` });
    expect((await checked(swaps('/dev/sda2'))).swap).toMatchObject({ state: 'degraded', remedy: expect.anything() });
    expect((await checked(swaps('/swapfile'))).swap?.state).toBe('degraded');
    expect((await checked(swaps('/dev/zram0'))).swap?.state).toBe('ok');
    const crypt = { ...swaps('/dev/dm-1'), 'sys/block/dm-1/dm/uuid': 'CRYPT-PLAIN-swap\n' };
    expect((await checked(crypt)).swap?.state).toBe('ok');
    const plainVolume = { ...swaps('/dev/dm-1'), 'sys/block/dm-1/dm/uuid': 'LVM-abc\n' };
    expect((await checked(plainVolume)).swap?.state).toBe('degraded');
  });

  it('find that a crash would leave the memory on disk', async () => {
    const limits = (soft: string) => ({
      'proc/self/limits': `Limit  Soft  Hard  Units\nMax core file size        ${soft}            unlimited    bytes\n`,
    });
    expect((await checked(limits('unlimited'))).cores?.state).toBe('degraded');
    const piped = { 'proc/sys/kernel/core_pattern': '|/usr/share/apport/apport %p\n' };
    expect((await checked(piped)).cores?.state).toBe('degraded');
    expect((await checked({ ...piped, ...limits('1') })).cores?.state).toBe('ok');
  });
});
