import { join } from 'node:path';
import { type NodeRoute, openRoute } from '../people/node-route.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { programRoute } from '../people/page-programs.ts';
import { CONSENT_PAGE, consentPage } from './consent-pages.ts';

/** The page of consents and its programs, below the root of the LAN port. */
export function consentPagesRoutes(facility: Pick<OwnFacility, 'name'>): readonly NodeRoute[] {
  return [
    openRoute({
      method: 'get',
      path: CONSENT_PAGE,
      summary: 'Les consentements, pour le personnel',
      handler: () => consentPage(facility.name),
    }),
    program('consents.js'),
    program('signature-pad.js'),
  ];
}

function program(name: string): NodeRoute {
  return programRoute(`${CONSENT_PAGE}/${name}`, { folder: join(import.meta.dirname, 'browser'), name });
}
