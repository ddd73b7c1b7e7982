import { createRequire } from 'node:module';

/**
 * Gives a module of Node's and loads no more of it than is taken. An ESM import reads each export, also those that Node loads when
 * they are first read: of `node:http` its WebSocket and so all of undici (27 ms, 9 MB), of `node:fs` the promises and so readline and
 * worker threads. Worth it where the command line starts, or a daemon, and nowhere else.
 */
export const builtIn = createRequire(import.meta.url) as <Name extends keyof BuiltIns>(name: Name) => BuiltIns[Name];

type BuiltIns = { readonly 'node:fs': typeof import('node:fs'); readonly 'node:http': typeof import('node:http') };
