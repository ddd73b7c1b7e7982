import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { configFlags } from '@santehaggui/runtime/config/config-page.ts';
import { explainConfig, loadConfig } from '@santehaggui/runtime/config/load-config.ts';
import { errorLines } from '@santehaggui/runtime/errors/error-lines.ts';
import { exitCodeFor, exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import { asHagguiError } from '@santehaggui/runtime/errors/problem.ts';
import { runProcess } from '@santehaggui/runtime/lifecycle/run-process.ts';
import { runServices } from '@santehaggui/runtime/lifecycle/run-services.ts';
import { createLogger, type Log } from '@santehaggui/runtime/log/logger.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { Command } from 'commander';
import { composeDatabase, composeHub, type HubParts } from './compose.ts';
import { type HubConfig, hubConfigTable } from './config.ts';
import { registerMigrations } from './database/prepare-database.ts';

type Flags = Readonly<Record<string, unknown>>;

const NAME = 'haggui-hub';
const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string };

function sourcesOf(flags: Flags) {
  const directory = typeof flags.data === 'string' ? flags.data : process.env.HAGGUI_DATA;
  const beside = directory === undefined ? undefined : join(resolve(directory), 'config.json');
  const file =
    typeof flags.config === 'string' ? flags.config : beside !== undefined && existsSync(beside) ? beside : undefined;
  return { file, env: process.env, flags };
}

async function partsOf(log: Log): Promise<HubParts> {
  await sodiumReady();
  return {
    clock: systemClock,
    log,
    random: Math.random,
    randomBytes: (count) => new Uint8Array(randomBytes(count)),
    freePort,
    version,
    registerMigrations: await registerMigrations(),
  };
}

function logOf(config: HubConfig): Log {
  return createLogger({ name: NAME, level: config.log.level });
}

async function start(flags: Flags): Promise<void> {
  await runProcess({
    name: NAME,
    host: process,
    log: createLogger({ name: NAME }),
    clock: systemClock,
    compose: async () => {
      const config = loadConfig(hubConfigTable, sourcesOf(flags));
      return composeHub(config, await partsOf(logOf(config)));
    },
  });
}

function checkConfig(flags: Flags): void {
  for (const { key, value, source } of explainConfig(hubConfigTable, sourcesOf(flags))) {
    const shown = key === 'database.url' && typeof value === 'string' ? withoutPassword(value) : value;
    console.log(`${key} = ${shown === undefined ? '–' : String(shown)}  (${source})`);
  }
}

async function migrate(flags: Flags): Promise<void> {
  const config = loadConfig(hubConfigTable, sourcesOf(flags));
  const { services } = await composeDatabase(config, await partsOf(logOf(config)));
  const done = new AbortController();
  await runServices(services, { log: logOf(config), signal: done.signal, ready: () => done.abort() });
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  if (shown.searchParams.has('password')) shown.searchParams.set('password', '***');
  return shown.href;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Adds what every command takes: `--config` and one flag a key of the configuration. */
function withConfigFlags(command: Command): Command {
  command.option('--config <file>', 'Fichier de configuration (JSON) ; par défaut DOSSIER/config.json');
  for (const { flags, description } of configFlags(hubConfigTable)) command.option(flags, description);
  return command;
}

async function run(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    for (const line of errorLines(asHagguiError(error), 'fr')) console.error(line);
    process.exitCode = exitCodeFor(error);
  }
}

const program = new Command(NAME)
  .description('Le hub SanteHaggui d’une région ou d’un pays')
  .version(`${NAME} ${version}`)
  .showHelpAfterError('(--help pour l’aide)')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.stopped : exitCodes.usage));
withConfigFlags(
  program.command('start', { isDefault: true }).description('Démarre le hub (commande par défaut)'),
).action((flags: Flags) => start(flags));
withConfigFlags(program.command('check-config').description('Vérifie la configuration et la montre')).action(
  (flags: Flags) => run(() => checkConfig(flags)),
);
withConfigFlags(program.command('migrate').description('Met la base de données à niveau, puis s’arrête')).action(
  (flags: Flags) => run(() => migrate(flags)),
);
await program.parseAsync();
