import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sha256 } from '@santehaggui/protocols/crypto/hash.ts';
import { openSealed, type SealKeys, sealTo } from '@santehaggui/protocols/crypto/sodium.ts';
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
  const length = Buffer.alloc(4);
  length.writeUInt32BE(sealed.length);
  const isNew = !existsSync(path);
  const file = openSync(path, 'a', 0o600);
  try {
    writeSync(file, Buffer.concat([length, sealed]));
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
  const notes: ReadNote[] = [];
  let unreadable = 0;
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + (at + 4 <= bytes.length ? bytes.readUInt32BE(at) : Number.POSITIVE_INFINITY);
    const sealed = new Uint8Array(bytes.subarray(at + 4, Math.min(end, bytes.length)));
    const opened = end > bytes.length ? undefined : openSealed(keys, sealed);
    if (opened === undefined) unreadable += 1;
    else {
      const note = sealedNote.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
      notes.push({ ...note, id: toHex(sha256(sealed).subarray(0, 16)) });
    }
    at = end;
  }
  return { notes, unreadable };
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
