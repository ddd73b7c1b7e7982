import { closeSync, openSync, readSync } from 'node:fs';
import {
  BACKUP_PIECE_BYTES,
  BACKUP_START_BYTES,
  type BackupHead,
  BackupOpener,
  BackupSealer,
  BrokenBackup,
  backupHeadLength,
  readBackupHead,
} from '@santehaggui/protocols/backup/backup-file.ts';
import { StickReader, writeStickFile } from '@santehaggui/runtime/files/stick.ts';
import { z } from 'zod';
import { failBackup } from './backup-errors.ts';

const backupManifest = z.strictObject({
  version: z.literal(1),
  /** The version of the node that made it. */
  app: z.string(),
  /** The files of the data directory beside the database, as they were; configuration is null where there was none. */
  identity: z.string(),
  ring: z.string(),
  configuration: z.string().nullable(),
  databaseKey: z.strictObject({ keyHex: z.string().regex(/^[0-9a-f]{64}$/), cipher: z.enum(['aegis', 'chacha20']) }),
  databaseBytes: z.int().positive(),
  contents: z.strictObject({
    digest: z.string(),
    records: z.record(z.string(), z.int()),
    changes: z.int(),
    auditEntries: z.int(),
  }),
});

/** What a backup holds beside the database: sealed like it, and before it. */
export type BackupManifest = Readonly<z.infer<typeof backupManifest>>;

/** The head of a backup and what comes after it, piece by piece: the manifest, then the database's file. */
export async function* backupPieces({
  head,
  key,
  manifest,
  databasePath,
}: {
  readonly head: { readonly bytes: Uint8Array; readonly hash: Uint8Array };
  readonly key: Uint8Array;
  readonly manifest: BackupManifest;
  readonly databasePath: string;
}): AsyncGenerator<Uint8Array> {
  const sealer = new BackupSealer(key, head.hash);
  yield head.bytes;
  yield sealer.seal(Buffer.from(JSON.stringify(manifest)), false);
  using database = new StickReader(databasePath);
  for (let piece = database.take(BACKUP_PIECE_BYTES); ; ) {
    const next = piece.length < BACKUP_PIECE_BYTES ? new Uint8Array() : database.take(BACKUP_PIECE_BYTES);
    yield sealer.seal(piece, next.length === 0);
    if (next.length === 0) return;
    piece = next;
  }
}

/** The head of a backup's file. Throws SH-N210 when there is no such file, SH-I210 when it is no backup. */
export function readHead(path: string): BackupHead {
  const head = headOf(path);
  if (head === undefined) throw failBackup('SH-I210', { why: path });
  return head;
}

/** The same; undefined when it is no backup. Throws SH-N210. */
export function headOf(path: string): BackupHead | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw failBackup('SH-N210', { why: path, cause });
  }
  try {
    const length = backupHeadLength(readFrom(file, BACKUP_START_BYTES));
    return length === undefined ? undefined : readBackupHead(readFrom(file, length));
  } finally {
    closeSync(file);
  }
}

/**
 * Writes the database of a backup to a file, whole and synced when this resolves, and gives the manifest. Throws SH-I210 when
 * anything is damaged or missing, and leaves no file then; what the disk says is thrown too.
 */
export async function unpackBackup(path: string, key: Uint8Array, databaseTo: string): Promise<BackupManifest> {
  using file = new StickReader(path);
  const head = readHead(path);
  file.take(head.length);
  const opener = new BackupOpener(key, head.hash);
  const take = (length: number): Uint8Array => file.take(length);
  try {
    const first = opener.next(take);
    const manifest = backupManifest.parse(JSON.parse(Buffer.from(first.body).toString('utf8')));
    const bytes = await writeStickFile(databaseTo, databasePieces(opener, take, first.isLast));
    if (bytes !== manifest.databaseBytes) throw new BrokenBackup(`${bytes} bytes of ${manifest.databaseBytes}`);
    return manifest;
  } catch (cause) {
    if (!(cause instanceof BrokenBackup) && !(cause instanceof z.ZodError)) throw cause;
    throw failBackup('SH-I210', { why: cause instanceof BrokenBackup ? `${path}: ${cause.message}` : path, cause });
  }
}

async function* databasePieces(
  opener: BackupOpener,
  take: (length: number) => Uint8Array,
  isEmpty: boolean,
): AsyncGenerator<Uint8Array> {
  for (let isLast = isEmpty; !isLast; ) {
    const piece = opener.next(take);
    isLast = piece.isLast;
    yield piece.body;
  }
}

function readFrom(file: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
}
