import { join } from 'node:path';
import { type NodeRoute, openRoute } from '../people/node-route.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { programRoute } from '../people/page-programs.ts';
import { ACCESS_PAGE, accessPage } from './access-pages.ts';

/** The page of accesses and its program, below the root of the LAN port. */
export function accessPagesRoutes(facility: Pick<OwnFacility, 'name'>): readonly NodeRoute[] {
  return [
    openRoute({
      method: 'get',
      path: ACCESS_PAGE,
      summary: 'Qui a lu mon dossier ?',
      handler: () => accessPage(facility.name),
    }),
    programRoute(`${ACCESS_PAGE}/accesses.js`, { folder: join(import.meta.dirname, 'browser'), name: 'accesses.js' }),
  ];
}
