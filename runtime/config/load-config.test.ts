import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeFor } from '../errors/exit-codes.ts';
import { HagguiError } from '../errors/haggui-error.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { configFlags, configHelp, configPage } from './config-page.ts';
import { type ConfigOf, configTable } from './config-table.ts';
import { explainConfig, loadConfig } from './load-config.ts';

const table = configTable({
  'lan.port': { kind: 'port', default: 8600, fr: 'Port du réseau local', en: 'LAN port' },
  'lan.tlsKey': { kind: 'path', optional: true, fr: 'Clé TLS', en: 'TLS key' },
  name: { kind: 'string', default: 'anonyme', pattern: /^[a-z]+$/, fr: 'Nom', en: 'Name' },
  'sync.hubUrl': { kind: 'url', optional: true, fr: 'Adresse du hub', en: 'Hub address' },
  'sync.everySeconds': { kind: 'seconds', default: 60, min: 5, max: 3600, fr: 'Période', en: 'Period' },
  'sync.batch': { kind: 'integer', default: 100, min: 1, env: 'BATCH', flag: '--batch-size', fr: 'Lot', en: 'Batch' },
  'sync.isOn': { kind: 'boolean', default: true, fr: 'Active', en: 'On' },
  cipher: { kind: 'enum', values: ['chacha20', 'aegis'], default: 'chacha20', fr: 'Chiffre', en: 'Cipher' },
  token: { kind: 'secret', optional: true, fr: 'Jeton', en: 'Token' },
});

const problemsOf = (work: () => unknown): Record<string, string> => {
  try {
    work();
  } catch (error) {
    if (error instanceof HagguiError) {
      expect([error.code, error.kind, exitCodeFor(error)]).toEqual(['SH-C001', 'config', 78]);
      return Object.fromEntries(error.tell('en').fields.map(({ field, message }) => [field, message]));
    }
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('loadConfig', () => {
  it('gives a nested object of the defaults when nobody says otherwise', () => {
    const config: ConfigOf<typeof table> = loadConfig(table, { env: {} });
    const port: number = config.lan.port;
    const cipher: 'chacha20' | 'aegis' = config.cipher;
    expect([port, cipher]).toEqual([8600, 'chacha20']);
    expect(config).toEqual({
      lan: { port: 8600, tlsKey: undefined },
      name: 'anonyme',
      sync: { hubUrl: undefined, everySeconds: 60, batch: 100, isOn: true },
      cipher: 'chacha20',
      token: undefined,
    });
  });

  it('lets flags win over the environment, that over the file, that over defaults', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'config.json');
    await writeFile(
      file,
      JSON.stringify({ lan: { port: 1 }, 'sync.batch': 1, name: 'file', sync: { everySeconds: 7 } }),
    );
    const sources = {
      file,
      env: { HAGGUI_LAN_PORT: '2', BATCH: '2', HAGGUI_NAME: '', UNRELATED: 'x' },
      flags: { lanPort: '0', data: '/elsewhere' },
    };
    expect(loadConfig(table, sources)).toMatchObject({
      lan: { port: 0 },
      name: 'file',
      sync: { batch: 2, everySeconds: 7 },
    });
    const explained = Object.fromEntries(explainConfig(table, sources).map(({ key, source }) => [key, source]));
    expect(explained).toMatchObject({ 'lan.port': 'flag', 'sync.batch': 'env', name: 'file', cipher: 'default' });
  });

  it('reports every problem and unknown key at once', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'config.json');
    await writeFile(
      file,
      JSON.stringify({
        lan: { port: 65536, prot: 1 },
        nmae: 'x',
        sync: { isOn: 'maybe', hubUrl: 'ftp://x' },
        name: 'A1',
      }),
    );
    const problems = problemsOf(() =>
      loadConfig(table, {
        file,
        env: { HAGGUI_SYNC_EVERY_SECONDS: '1.5', HAGGUI_CIPHER: 'rot13' },
        flags: { batchSize: '0' },
      }),
    );
    expect(problems).toEqual({
      'lan.port': 'expected a whole number from 0 to 65535',
      'lan.prot': 'unknown key',
      nmae: 'unknown key',
      'sync.isOn': 'expected true or false',
      'sync.hubUrl': 'expected an address in http://, https://',
      name: 'does not have the form ^[a-z]+$',
      HAGGUI_SYNC_EVERY_SECONDS: 'expected a whole number from 5 to 3600',
      HAGGUI_CIPHER: 'expected one of: chacha20, aegis',
      '--batch-size': 'expected a whole number, 1 or more',
    });
  });

  it('names the flag and the variable of a required key that is missing', () => {
    const required = configTable({ facility: { kind: 'string', fr: 'Structure', en: 'Facility' } });
    expect(problemsOf(() => loadConfig(required, { env: {} }))).toEqual({
      facility: 'is missing (--facility or HAGGUI_FACILITY)',
    });
  });

  it.each([
    ['{"lan":', 'is not JSON'],
    ['[]', 'expected a JSON object'],
    [null, 'the file cannot be read (ENOENT)'],
  ])('refuses the file %s', async (content, reason) => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'config.json');
    if (content !== null) await writeFile(file, content);
    expect(problemsOf(() => loadConfig(table, { file, env: {} }))[file]).toContain(reason);
  });

  it('counts relative paths from where they were written', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'config.json');
    await writeFile(file, JSON.stringify({ lan: { tlsKey: 'tls/key.pem' } }));
    expect(loadConfig(table, { file, env: {} }).lan.tlsKey).toBe(join(directory.path, 'tls/key.pem'));
    expect(loadConfig(table, { file, env: {}, flags: { lanTlsKey: 'key.pem' } }).lan.tlsKey).toBe(resolve('key.pem'));
  });

  it('takes a value of no JSON type but the one expected', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'config.json');
    await writeFile(
      file,
      JSON.stringify({ name: 5, lan: { port: true, tlsKey: '' }, sync: { batch: null }, cipher: ['aegis'] }),
    );
    const problems = problemsOf(() => loadConfig(table, { file, env: {} }));
    expect(Object.keys(problems).toSorted()).toEqual(['cipher', 'lan.port', 'lan.tlsKey', 'name', 'sync.batch']);
  });
});

describe('a secret', () => {
  it('is read from its file, and shown by nobody', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'token');
    await writeFile(path, 'sesame\n', { mode: 0o600 });
    const sources = { env: { HAGGUI_TOKEN: path } };
    const config = loadConfig(table, sources);
    expect(config.token?.reveal()).toBe('sesame');
    expect(JSON.stringify([config, explainConfig(table, sources)])).not.toContain('sesame');
  });

  it('is refused when its file is open to everyone, empty, or not readable', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'token');
    const refusal = (): string | undefined =>
      problemsOf(() => loadConfig(table, { env: { HAGGUI_TOKEN: path } })).HAGGUI_TOKEN;
    expect(refusal()).toContain('(ENOENT)');
    await writeFile(path, 'sesame');
    await chmod(path, 0o604);
    expect(refusal()).toContain(`chmod 600 ${path}`);
    await chmod(path, 0o600);
    await writeFile(path, ' \n');
    expect(refusal()).toContain('is empty');
    await mkdir(`${path}.d`, { mode: 0o700 });
    expect(problemsOf(() => loadConfig(table, { env: { HAGGUI_TOKEN: `${path}.d` } })).HAGGUI_TOKEN).toContain(
      '(EISDIR)',
    );
  });
});

describe('a configuration table', () => {
  it('refuses two keys with one flag or one environment name', () => {
    const words = { fr: '', en: '' };
    expect(() => configTable({ 'a.b': { kind: 'port', ...words }, aB: { kind: 'port', ...words } })).toThrow(
      'HAGGUI_A_B',
    );
    expect(() => configTable({ a: { kind: 'port', ...words }, b: { kind: 'port', flag: '--a', ...words } })).toThrow(
      '--a',
    );
  });

  it('gives flags, help and a page from the one description', () => {
    expect(configFlags(table, 'en')[5]).toEqual({
      attribute: 'batchSize',
      flags: '--batch-size <n>',
      description: 'Batch [BATCH]; default 100',
    });
    expect(configHelp(table)[7]).toMatch(
      /^ {2}--cipher <choice> +Chiffre \(chacha20 \| aegis\) \[HAGGUI_CIPHER\] ; par défaut chacha20$/,
    );
    const page = configPage(table, 'Configuration du nœud');
    expect(page).toContain(
      '| `sync.everySeconds` | `--sync-every-seconds` | `HAGGUI_SYNC_EVERY_SECONDS` | seconds 5…3600 | 60 | Période | Period |',
    );
    expect(page.match(/^\| `/gm)).toHaveLength(9);
  });
});
