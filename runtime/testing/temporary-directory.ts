import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of one's own; `await using` removes it, or `remove()`. */
export type TemporaryDirectory = AsyncDisposable & {
  readonly path: string;
  remove(): Promise<void>;
};

/** Makes an empty directory (mode 0700) below the system's temporary directory. */
export const temporaryDirectory = async (): Promise<TemporaryDirectory> => {
  const path = await mkdtemp(join(tmpdir(), 'haggui-test-'));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  return { path, remove, [Symbol.asyncDispose]: remove };
};
