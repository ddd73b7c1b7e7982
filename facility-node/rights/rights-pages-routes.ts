import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NodeRoute, openRoute } from '../people/node-route.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { RIGHTS_PAGE, rightsPage } from './rights-pages.ts';

/** The page of rights and its program, below the root of the LAN port. */
export function rightsPagesRoutes(facility: Pick<OwnFacility, 'name'>): readonly NodeRoute[] {
  let program: string | undefined;
  return [
    openRoute({
      method: 'get',
      path: RIGHTS_PAGE,
      summary: 'Qui peut faire quoi',
      handler: () => rightsPage(facility.name),
    }),
    openRoute({
      method: 'get',
      path: `${RIGHTS_PAGE}/rights.js`,
      summary: 'Le programme de la page',
      handler: () => {
        program ??= readFileSync(join(import.meta.dirname, 'browser', 'rights.js'), 'utf8');
        return { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: program };
      },
    }),
  ];
}
