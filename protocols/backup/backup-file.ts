import { z } from 'zod';
import { fromHex, toHex } from '../crypto/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { aeadOpen, aeadSeal, isSignedBy, openSealed, type SealKeys, sealTo, sign } from '../crypto/sodium.ts';

/** How a backup's file name ends. */
export const BACKUP_SUFFIX = '.shbackup';

/** The largest piece of content that is sealed at once. */
export const BACKUP_PIECE_BYTES = 256 * 1024;

const MAGIC = Buffer.from('SHBACKUP\x01', 'latin1');
const LENGTH_BYTES = 4;
const SIGNATURE_BYTES = 64;
const HEADER_BYTES_MAX = 16 * 1024;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** In the length before a sealed piece: it is the last. */
const LAST = 0x8000_0000;
const SIGN_LABEL = 'SH-backup-1\0';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

const backupHeader = z.strictObject({
  facility: z.string().min(1).max(40),
  name: z.string().max(200),
  node: z.int().min(1).max(0xffffff),
  createdAt: z.iso.datetime(),
  /** The node's Ed25519 key, which has signed this. */
  signKey: hex32,
  /** Where the hub that can open it is, and its keys; null where the node was enrolled at none. */
  hub: z.strictObject({ url: z.url(), signKey: hex32, sealKey: hex32 }).nullable(),
  /** The key of the content, sealed to who can open it; `since`: when those recovery words were given, or the hub enrolled the node. */
  wraps: z
    .array(
      z.strictObject({
        to: z.enum(['hub', 'recovery']),
        since: z.iso.datetime(),
        sealed: z.string().regex(/^(?:[0-9a-f]{2}){40,200}$/),
      }),
    )
    .min(1)
    .max(2),
});

/** What a backup says of itself in clear: whose it is, when it was made, who can open it. */
export type BackupHeader = Readonly<z.infer<typeof backupHeader>>;

/** Somebody a backup is sealed to. */
export type BackupReceiver = {
  readonly to: BackupHeader['wraps'][number]['to'];
  readonly since: string;
  readonly publicKey: Uint8Array;
};

/** A backup's head as it lies at the beginning of the file. */
export type BackupHead = {
  readonly header: BackupHeader;
  /** SHA-256 over header and signature: names the backup, and is part of every sealed piece. */
  readonly hash: Uint8Array;
  /** The bytes of the header and the signature over them, as the hub is asked with. */
  readonly signed: { readonly header: Uint8Array; readonly signature: Uint8Array };
  /** Where the content begins. */
  readonly length: number;
};

/** Makes the head of a backup: its key sealed to everybody who can open it, the whole signed by the node. `key` is random, 32 bytes. */
export function sealBackupHead(
  about: Omit<BackupHeader, 'wraps' | 'signKey'>,
  {
    key,
    receivers,
    signKeys,
  }: {
    readonly key: Uint8Array;
    readonly receivers: readonly BackupReceiver[];
    readonly signKeys: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  },
): { readonly bytes: Uint8Array; readonly hash: Uint8Array } {
  const wraps = receivers.map(({ to, since, publicKey }) => ({
    ...{ to, since },
    sealed: toHex(sealTo(publicKey, Buffer.concat([nodeBytes(about.node), key]))),
  }));
  const header = Buffer.from(
    JSON.stringify(backupHeader.parse({ ...about, signKey: toHex(signKeys.publicKey), wraps })),
  );
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(header.length);
  const signature = sign(signedBytes(header), signKeys.privateKey);
  return { bytes: Buffer.concat([MAGIC, length, header, signature]), hash: sha256(header, signature) };
}

/** How many bytes at the beginning of a file tell how long its head is. */
export const BACKUP_START_BYTES = MAGIC.length + LENGTH_BYTES;

/** The length of a head by the file's first bytes; undefined when it is no backup. */
export function backupHeadLength(start: Uint8Array): number | undefined {
  if (start.length < BACKUP_START_BYTES || !MAGIC.equals(start.subarray(0, MAGIC.length))) return undefined;
  const length = Buffer.from(start).readUInt32BE(MAGIC.length);
  return length === 0 || length > HEADER_BYTES_MAX ? undefined : BACKUP_START_BYTES + length + SIGNATURE_BYTES;
}

/** Reads a head of that length; undefined when it is cut short, altered, or not signed by the node that it names. */
export function readBackupHead(head: Uint8Array): BackupHead | undefined {
  const length = backupHeadLength(head);
  if (length === undefined || head.length < length) return undefined;
  const header = new Uint8Array(head.subarray(BACKUP_START_BYTES, length - SIGNATURE_BYTES));
  const signature = new Uint8Array(head.subarray(length - SIGNATURE_BYTES, length));
  const read = readSignedHeader({ header, signature });
  return read === undefined
    ? undefined
    : { header: read, hash: sha256(header, signature), signed: { header, signature }, length };
}

/** A header by its bytes and the signature over them; undefined when the node that it names did not sign it. */
export function readSignedHeader({ header, signature }: BackupHead['signed']): BackupHeader | undefined {
  try {
    const read = backupHeader.parse(JSON.parse(Buffer.from(header).toString('utf8')));
    return isSignedBy(fromHex(read.signKey), signedBytes(header), signature) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Opens the key of a backup's content with the keys of one whom it is sealed to; undefined when they are nobody's here. */
export function openBackupKey(
  header: Pick<BackupHeader, 'node' | 'wraps'>,
  to: BackupReceiver['to'],
  keys: SealKeys,
): Uint8Array | undefined {
  for (const wrap of header.wraps) {
    const opened = wrap.to === to ? openSealed(keys, fromHex(wrap.sealed)) : undefined;
    if (opened === undefined || opened.length !== 3 + KEY_BYTES) continue;
    // Else who may open one node's backups could show another's under a header of their own.
    if (nodeBytes(header.node).equals(opened.subarray(0, 3))) return opened.slice(3);
  }
  return undefined;
}

/** Seals the content of a backup piece by piece, in order; none is taken out, exchanged or cut off unnoticed. */
export class BackupSealer {
  readonly #key: Uint8Array;
  readonly #hash: Uint8Array;
  #counter = 0;

  constructor(key: Uint8Array, headHash: Uint8Array) {
    this.#key = key;
    this.#hash = headHash;
  }

  /** The next piece, of at most {@link BACKUP_PIECE_BYTES}, as it is written. */
  seal(body: Uint8Array, isLast: boolean): Uint8Array {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(((body.length + TAG_BYTES) | (isLast ? LAST : 0)) >>> 0);
    const header = Buffer.concat([this.#hash, length]);
    return Buffer.concat([length, aeadSeal(this.#key, this.#counter++, { header, body })]);
  }
}

/** A piece of a backup that cannot be opened: damaged, altered, or missing. */
export class BrokenBackup extends Error {}

/** Opens what {@link BackupSealer} sealed, in the same order. */
export class BackupOpener {
  readonly #key: Uint8Array;
  readonly #hash: Uint8Array;
  #counter = 0;

  constructor(key: Uint8Array, headHash: Uint8Array) {
    this.#key = key;
    this.#hash = headHash;
  }

  /**
   * The next piece. `take` gives so many bytes of the file, fewer at its end. Throws {@link BrokenBackup}; nothing that it has given
   * is to be used before the last piece was given.
   */
  next(take: (length: number) => Uint8Array): { readonly body: Uint8Array; readonly isLast: boolean } {
    const length = take(LENGTH_BYTES);
    if (length.length < LENGTH_BYTES) throw new BrokenBackup('the file ends too early');
    const word = Buffer.from(length).readUInt32BE(0);
    const bytes = word & 0x7fff_ffff;
    if (bytes < TAG_BYTES || bytes > BACKUP_PIECE_BYTES + TAG_BYTES) throw new BrokenBackup('a piece has no such size');
    const sealed = take(bytes);
    const header = Buffer.concat([this.#hash, length]);
    const body = aeadOpen(this.#key, this.#counter++, { header, body: sealed });
    if (body === undefined) throw new BrokenBackup('a piece is damaged or was altered');
    return { body, isLast: word >= LAST };
  }
}

function signedBytes(header: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(SIGN_LABEL), header]);
}

function nodeBytes(node: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntBE(node, 0, 3);
  return bytes;
}
