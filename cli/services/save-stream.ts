import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { failCli } from '../cli-errors.ts';
import type { Invocation, OutputStream } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { Progress } from '../screen/progress.ts';
import { bilingual } from '../texts/texts.ts';

/** With `--json` a file must be named, since stdout then holds one object. Throws SH-I502. */
export function requireFileForJson(invocation: Invocation, output: string | undefined): void {
  if (invocation.isJson && output === undefined) {
    throw failCli('SH-I502', { why: bilingual('usage.missingFlags', { flags: '--output' }) });
  }
}

/** Writes what the node sends to a file, with what has come on the screen, or to stdout where none is named. */
export async function saveStream(
  invocation: Invocation,
  body: AsyncIterable<Buffer>,
  { output, format }: { readonly output: string | undefined; readonly format: string },
): Promise<Outcome> {
  if (output === undefined) {
    await copy(body, invocation.stdout, () => undefined);
    return { json: {}, lines: [] };
  }
  const progress = new Progress({ stream: invocation.stderr, paint: invocation.errorPaint, clock: invocation.clock });
  const path = resolve(output);
  try {
    const bytes = await copyToFile(body, path, (done) =>
      progress.update(invocation.text('records.exporting', { bytes: invocation.format.bytes(done) })),
    );
    progress.stop();
    const written = invocation.text('records.exported', { path, bytes: invocation.format.bytes(bytes) });
    return { json: { format, file: path, bytes }, lines: [invocation.paint.green(`✓ ${written}`)] };
  } finally {
    progress.stop();
  }
}

async function copy(from: AsyncIterable<Buffer>, to: NodeJS.WritableStream, onBytes: (bytes: number) => void) {
  let bytes = 0;
  for await (const piece of from) {
    bytes += piece.length;
    if (!to.write(piece)) await once(to as OutputStream, 'drain');
    onBytes(bytes);
  }
  return bytes;
}

/** A file appears under its name only when it is whole and on the disk: half an export must not be taken for one, nor a stick pulled out too soon. */
async function copyToFile(
  from: AsyncIterable<Buffer>,
  path: string,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const partial = `${path}.partial`;
  const file = createWriteStream(partial, { mode: 0o600, flush: true });
  try {
    const bytes = await copy(from, file, onBytes);
    file.end();
    await finished(file);
    await rename(partial, path);
    return bytes;
  } catch (error) {
    file.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}
