import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSKEYS_PROGRAM } from '@santehaggui/runtime/passkeys/passkeys-program.ts';
import { type NodeRoute, openRoute } from './node-route.ts';

/** A program of a page, from a folder of browser files; read once, when it is first asked for. */
export function programRoute(path: string, file: { readonly folder: string; readonly name: string }): NodeRoute {
  let text: string | undefined;
  return openRoute({
    method: 'get',
    path,
    summary: `Le programme de la page (${file.name})`,
    handler: () => {
      text ??= readFileSync(join(file.folder, file.name), 'utf8');
      return { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: text };
    },
  });
}

/** What the programs of all pages for staff begin with, and how they use passkeys. */
export function staffPageRoutes(): readonly NodeRoute[] {
  const folder = join(import.meta.dirname, 'browser');
  return [
    programRoute('/personnel/staff-page.js', { folder, name: 'staff-page.js' }),
    programRoute('/personnel/passkeys.js', PASSKEYS_PROGRAM),
  ];
}
