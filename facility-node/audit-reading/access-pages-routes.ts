import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NodeRoute, openRoute } from '../people/node-route.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { ACCESS_PAGE, accessPage } from './access-pages.ts';

/** The page of accesses and its program, below the root of the LAN port. */
export function accessPagesRoutes(facility: Pick<OwnFacility, 'name'>): readonly NodeRoute[] {
  let program: string | undefined;
  return [
    openRoute({
      method: 'get',
      path: ACCESS_PAGE,
      summary: 'Qui a lu mon dossier ?',
      handler: () => accessPage(facility.name),
    }),
    openRoute({
      method: 'get',
      path: `${ACCESS_PAGE}/accesses.js`,
      summary: 'Le programme de la page',
      handler: () => {
        program ??= readFileSync(join(import.meta.dirname, 'browser', 'accesses.js'), 'utf8');
        return { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: program };
      },
    }),
  ];
}
