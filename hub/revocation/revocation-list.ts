import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import { z } from 'zod';
import type { FormerNode } from './revocation-store.ts';

const key = z.string().regex(/^[0-9a-f]{64}$/);

const listFile = z.strictObject({
  nodes: z.array(
    z.strictObject({
      node: z.int(),
      facility: z.string(),
      signKey: key,
      sealKey: key,
      journalKey: key,
      endedAt: z.iso.datetime(),
      reason: z.enum(['stolen', 'replaced']),
    }),
  ),
});

/** The nodes that were revoked, in a file beside the database: a database put back to a backup must not let a stolen one in again. */
export class RevocationList {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What the file says; nothing when there is none. A file that cannot be read is an error: it may hold the stolen one. */
  read(): readonly FormerNode[] {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return listFile.parse(JSON.parse(text)).nodes.map(({ signKey, sealKey, journalKey, endedAt, ...rest }) => ({
      ...rest,
      signKey: fromHex(signKey),
      sealKey: fromHex(sealKey),
      journalKey: fromHex(journalKey),
      endedAt: new Date(endedAt),
    }));
  }

  /** Adds nodes; those that are there stay as they are. On the disk when it returns. */
  add(nodes: readonly FormerNode[]): void {
    const known = this.read();
    const added = nodes.filter(({ node }) => !known.some((one) => one.node === node));
    if (added.length === 0) return;
    const content = [...known, ...added].map(({ signKey, sealKey, journalKey, endedAt, ...rest }) => ({
      ...rest,
      signKey: toHex(signKey),
      sealKey: toHex(sealKey),
      journalKey: toHex(journalKey),
      endedAt: endedAt.toISOString(),
    }));
    writeSecretFile(this.#path, `${JSON.stringify({ nodes: content }, null, 2)}\n`);
  }
}
