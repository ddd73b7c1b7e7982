import { join } from 'node:path';
import { type NodeRoute, openRoute } from '../people/node-route.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { programRoute } from '../people/page-programs.ts';
import { EMERGENCY_PAGE, emergencyPage } from './emergency-pages.ts';

/** The page of emergency accesses and its program, below the root of the LAN port. */
export function emergencyPagesRoutes(facility: Pick<OwnFacility, 'name'>): readonly NodeRoute[] {
  return [
    openRoute({
      method: 'get',
      path: EMERGENCY_PAGE,
      summary: 'Accès d’urgence',
      handler: () => emergencyPage(facility.name),
    }),
    programRoute(`${EMERGENCY_PAGE}/emergencies.js`, {
      folder: join(import.meta.dirname, 'browser'),
      name: 'emergencies.js',
    }),
  ];
}
