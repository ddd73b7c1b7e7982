import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RestoredBackup } from '@santehaggui/protocols/api/backup-api.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { z } from 'zod';
import type { DataDirectory } from '../store/data-directory.ts';
import { HubTls } from '../uplink/carriers/https/hub-tls.ts';
import { askHub } from '../uplink/hub-request.ts';
import { failBackup } from './backup-errors.ts';
import { askHubForBackup } from './hub-opening.ts';
import { type BackupOpening, restoreNode } from './restore-node.ts';

/** What `haggui-node restore` reads on its standard input: the recovery words, where it does not go through the hub. */
const restoreAnswers = z.strictObject({ words: z.string().max(400).optional() });

/** What the command is given. */
export type RestoreCommand = {
  readonly directory: DataDirectory;
  readonly file: string;
  readonly mayReplace: boolean;
  readonly throughHub: boolean;
  readonly answers: unknown;
  readonly unlockFile: string | undefined;
  /** PEM file of the authority of the hub's certificate. */
  readonly authority: string | undefined;
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  /** Told with the six words, once the hub was asked. */
  readonly onAsking: (words: readonly string[]) => void;
};

/** `haggui-node restore`: see {@link restoreNode}. */
export function runRestore(command: RestoreCommand): Promise<RestoredBackup> {
  const { directory, file, mayReplace, unlockFile, clock } = command;
  return restoreNode({
    ...{ directory, mayReplace, unlockFile, clock, file: resolve(file) },
    opening: command.throughHub ? throughHub(command) : byWords(command.answers),
  });
}

function byWords(answers: unknown): BackupOpening {
  const { data } = restoreAnswers.safeParse(answers);
  if (data?.words === undefined) throw failBackup('SH-A210');
  return { by: 'recovery', words: data.words };
}

function throughHub({ authority, timeoutSeconds, clock, onAsking }: RestoreCommand): BackupOpening {
  const tls = new HubTls({
    // There is no database yet that would know better: what is told rests on the hub's keys, not on its certificate's dates.
    ...{ isClockTrusted: () => false, clock },
    ...(authority === undefined ? {} : { authority: readFileSync(authority, 'utf8') }),
  });
  const post = (url: string, body: unknown) => askHub({ url, body, tls, timeoutMs: timeoutSeconds * 1000 });
  return { by: 'hub', ask: (head) => askHubForBackup(head, { post, onAsking, clock }) };
}
