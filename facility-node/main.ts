import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { configFlags } from '@santehaggui/runtime/config/config-page.ts';
import { type ConfigSources, explainConfig, loadConfig } from '@santehaggui/runtime/config/load-config.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import { errorLines } from '@santehaggui/runtime/errors/error-lines.ts';
import { exitCodeFor, exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import { asHagguiError, toProblem } from '@santehaggui/runtime/errors/problem.ts';
import { runProcess } from '@santehaggui/runtime/lifecycle/run-process.ts';
import { createLogger } from '@santehaggui/runtime/log/logger.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { Command, CommanderError } from 'commander';
import { runRestore } from './backup/restore-command.ts';
import { endInterruptedRestore } from './backup/restored-node.ts';
import { composeDaemon } from './compose.ts';
import { nodeConfigTable } from './config.ts';
import packageJson from './package.json' with { type: 'json' };
import { initialiseNode } from './setup/initialise-node.ts';
import { failSetup } from './setup/setup-errors.ts';
import { dataDirectory } from './store/data-directory.ts';
import { lockDataDirectory } from './store/data-lock.ts';
import { ringOpenedByFile } from './store/key-ring.ts';
import { appliedMigrations, openNodeDatabase } from './store/open-database.ts';

type Options = { readonly data: string; readonly config?: string } & Readonly<Record<string, unknown>>;

const name = 'haggui-node';
const { env, argv } = process;
const language: Language = /^en/i.test(env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? '') ? 'en' : 'fr';
const defaultData = env.HAGGUI_DATA ?? '/var/lib/santehaggui';

/** The configuration file named, else that of the data directory if it has one. */
const sourcesOf = ({ data, config, ...flags }: Options): ConfigSources => {
  const { configFile } = dataDirectory(resolve(data));
  const file = config ?? (existsSync(configFile) ? configFile : undefined);
  return { env, flags, ...(file === undefined ? {} : { file }) };
};

const start = (options: Options): Promise<void> =>
  runProcess({
    name,
    host: process,
    clock: systemClock,
    log: createLogger({ name }),
    compose: () => {
      const config = loadConfig(nodeConfigTable, sourcesOf(options));
      return composeDaemon(config, {
        directory: dataDirectory(resolve(options.data)),
        version: packageJson.version,
        clock: systemClock,
        log: createLogger({ name, level: config.log.level }),
        random: Math.random,
        randomBytes,
      });
    },
  });

const checkConfig = (options: Options): void => {
  for (const { key, value, source } of explainConfig(nodeConfigTable, sourcesOf(options))) {
    console.log(`${key} = ${JSON.stringify(value)}  (${source})`);
  }
};

const migrate = async ({ data }: Options): Promise<void> => {
  const directory = dataDirectory(resolve(data));
  await sodiumReady();
  endInterruptedRestore(directory);
  using _lock = lockDataDirectory(directory.lockFile);
  const db = await openNodeDatabase({
    ...{ directory, ring: ringOpenedByFile(directory), clock: systemClock },
    log: createLogger({ name, level: 'warn' }),
  });
  console.log(JSON.stringify({ database: directory.databaseFile, migrations: appliedMigrations(db) }));
  db.close();
};

const readAnswers = (from: string): unknown => {
  try {
    return JSON.parse(readFileSync(from === '-' ? 0 : from, 'utf8'));
  } catch (cause) {
    throw failSetup('SH-I120', { why: (cause as Error).message, cause });
  }
};

const init = async ({ data, answers }: Options & { readonly answers: string }): Promise<void> => {
  await sodiumReady();
  const report = await initialiseNode({
    directory: dataDirectory(resolve(data)),
    answers: readAnswers(answers),
    clock: systemClock,
    log: createLogger({ name, level: 'warn' }),
  });
  console.log(JSON.stringify(report));
};

const restore = async (options: Options & { readonly from: string }): Promise<void> => {
  const { keys, uplink } = loadConfig(nodeConfigTable, sourcesOf(options));
  const throughHub = options.throughHub === true;
  await sodiumReady();
  const report = runRestore({
    ...{ directory: dataDirectory(resolve(options.data)), file: options.from, throughHub, clock: systemClock },
    ...{ unlockFile: keys.unlockFile, authority: uplink.authority, timeoutSeconds: uplink.timeoutSeconds },
    mayReplace: options.force === true,
    answers: throughHub ? {} : readAnswers('-'),
    onAsking: (words) => console.log(JSON.stringify({ asking: words })),
  });
  // The CLI that started this throws it again as it is.
  report.catch((error) => console.log(JSON.stringify({ problem: toProblem(error, 'restore', language) })));
  console.log(JSON.stringify(await report));
};

const withData = (command: Command): Command =>
  command.option('--data <dir>', 'dossier de données · data directory', defaultData);

const withConfig = (command: Command): Command => {
  withData(command).option('--config <file>', 'fichier de configuration (JSON) · configuration file');
  for (const { flags, description } of configFlags(nodeConfigTable, language)) command.option(flags, description);
  return command;
};

// SQLite makes its own files; nobody else has any business with them.
process.umask(0o077);

const program = new Command(name)
  .description('Le service d’un établissement : dossiers, LAN et échange avec le hub. · The daemon of one facility.')
  .version(packageJson.version)
  .exitOverride();
withConfig(program.command('start', { isDefault: true }).description('démarrer (par défaut) · start (default)')).action(
  start,
);
withConfig(
  program.command('check-config').description('vérifier et montrer la configuration · check and show it'),
).action(checkConfig);
withData(
  program.command('migrate').description('mettre la base à jour, sans démarrer · bring the database up to date'),
).action(migrate);
withData(program.command('init').description('créer un dossier de données · make a data directory'))
  .requiredOption('--answers <file>', 'réponses en JSON, « - » pour l’entrée standard · answers as JSON')
  .action(init);
withConfig(program.command('restore').description('remettre une sauvegarde · put a backup back'))
  .requiredOption('--from <file>', 'fichier de la sauvegarde · file of the backup')
  .option('--force', 'mettre de côté le poste qui est là · put the node that is there aside')
  .option('--through-hub', 'demander la clé au hub, au lieu des mots sur l’entrée standard · ask the hub for the key')
  .action(restore);

try {
  await program.parseAsync(argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.stopped : exitCodes.usage;
  else {
    for (const line of errorLines(asHagguiError(error), language)) console.error(line);
    process.exitCode = exitCodeFor(error);
  }
}
