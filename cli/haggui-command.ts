import { resolve } from 'node:path';
import { Command, type Config } from '@oclif/core';
import { commonFlags } from './flags.ts';
import type { Invocation } from './invocation.ts';
import type { Outcome } from './outcome.ts';

/** The surroundings of this run: `main.ts` hangs them on oclif's configuration, all that oclif hands to commands and help. */
export function invocationOf(config: Pick<Config, 'pjson'>): Invocation {
  return config.pjson.invocation as Invocation;
}

/**
 * A command: flags, and one call to a service that is loaded when the command runs, so that none pays for another's code.
 * `summary`, `description` and the flags' summaries are names of sentences (`texts/`).
 */
export abstract class HagguiCommand extends Command {
  static override baseFlags = commonFlags;

  /** What this command does; the result is printed by `main.ts`. */
  abstract override run(): Promise<Outcome>;

  /** The surroundings of this run. */
  protected get invocation(): Invocation {
    return invocationOf(this.config);
  }

  /** The data directory of the daemon to speak to, absolute. */
  protected dataDirectory(flags: { readonly data?: string | undefined }): string {
    return resolve(flags.data ?? this.invocation.dataDirectory);
  }
}
