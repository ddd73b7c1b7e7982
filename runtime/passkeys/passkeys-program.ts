import { join } from 'node:path';

/** The program that pages of both daemons make and use passkeys with. */
export const PASSKEYS_PROGRAM = { folder: join(import.meta.dirname, 'browser'), name: 'passkeys.js' } as const;
