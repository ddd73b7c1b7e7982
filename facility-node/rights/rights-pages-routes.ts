import { join } from 'node:path';
import { type NodeRoute, openRoute } from '../people/node-route.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { programRoute } from '../people/page-programs.ts';
import { RIGHTS_PAGE, rightsPage } from './rights-pages.ts';

/** The page of rights and its program, below the root of the LAN port. */
export function rightsPagesRoutes(facility: Pick<OwnFacility, 'name'>): readonly NodeRoute[] {
  return [
    openRoute({
      method: 'get',
      path: RIGHTS_PAGE,
      summary: 'Qui peut faire quoi',
      handler: () => rightsPage(facility.name),
    }),
    programRoute(`${RIGHTS_PAGE}/rights.js`, { folder: join(import.meta.dirname, 'browser'), name: 'rights.js' }),
  ];
}
