import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sha256 } from '@santehaggui/protocols/crypto/hash.ts';
import { openSealed, type SealKeys, sealTo } from '@santehaggui/protocols/crypto/sodium.ts';
import { writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import { z } from 'zod';

const sealedNote = z.strictObject({
  atMs: z.number(),
  kind: z.enum(['note', 'sms']),
  from: z.string(),
  text: z.string(),
});

/** What was written or came while the database was shut: a note and who signed it, or a short message and its number. */
export type SealedNote = Readonly<z.infer<typeof sealedNote>>;

/** The same with what names it for good: bringing it in twice makes one. */
export type ReadNote = SealedNote & { readonly id: string };

/**
 * Adds a note to the file, sealed so that only who opens the database reads it; on the disk when this returns. What the system
 * says of a full disk is thrown.
 */
export function appendSealedNote(path: string, notesKey: Uint8Array, note: SealedNote): void {
  const sealed = sealTo(notesKey, Buffer.from(JSON.stringify(note)));
  const isNew = !existsSync(path);
  const { wholeBytes } = piecesOf(path);
  const file = openSync(path, 'a', 0o600);
  try {
    // A torn one was never said to be kept: what is written behind it would not be found.
    ftruncateSync(file, wholeBytes);
    writeFileSync(file, pieceOf(sealed));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (isNew) syncFolderOf(path);
}

/** All whole notes of the file that these keys open; `unreadable` counts what they do not, a torn last one among it. */
export function readSealedNotes(
  path: string,
  keys: SealKeys,
): { readonly notes: readonly ReadNote[]; readonly unreadable: number } {
  const { pieces, isTorn } = piecesOf(path);
  const notes = pieces.flatMap((sealed) => readNote(sealed, keys) ?? []);
  const unreadable = pieces.length - notes.length + (isTorn ? 1 : 0);
  return { notes, unreadable };
}

/**
 * Seals anew to one key what any of some keys opens, the rest staying as it is: a rotation of the database's key was cut, and the key
 * that the database turns out not to have is forgotten. The file has all notes under their former keys or under this one.
 */
export function resealNotes(path: string, keys: readonly SealKeys[], notesKey: Uint8Array): void {
  const { pieces } = piecesOf(path);
  if (pieces.length === 0) return;
  const resealed = pieces.map((sealed) => {
    const opened = keys.map((one) => openSealed(one, sealed)).find((note) => note !== undefined);
    return pieceOf(opened === undefined ? sealed : sealTo(notesKey, opened));
  });
  writeSecretFile(path, Buffer.concat(resealed));
}

/** The whole pieces of the file, and how far they reach. */
function piecesOf(path: string) {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    pieces.push(new Uint8Array(bytes.subarray(at + 4, end)));
    at = end;
  }
  return { pieces, wholeBytes: at, isTorn: at < bytes.length };
}

function pieceOf(sealed: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(sealed.length);
  return Buffer.concat([length, sealed]);
}

function readNote(sealed: Uint8Array, keys: SealKeys): ReadNote | undefined {
  const opened = openSealed(keys, sealed);
  if (opened === undefined) return undefined;
  const note = sealedNote.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
  return { ...note, id: toHex(sha256(sealed).subarray(0, 16)) };
}

/** Removes the file: after its notes are in the database. */
export function removeSealedNotes(path: string): void {
  if (!existsSync(path)) return;
  rmSync(path);
  syncFolderOf(path);
}

function syncFolderOf(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
