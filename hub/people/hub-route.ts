import { type Route, routeMaker } from '@santehaggui/runtime/http/route.ts';

/** Who may ask: anyone, whoever has an account, whoever may read a region's reports, or the ministry alone (its reports; the hub's audit trail). */
export type HubPolicy = 'public' | 'own-account' | 'regional-reports' | 'national-reports' | 'audit';

/** Who asks; null on public routes. */
export type HubPrincipal = {
  readonly login: string;
  readonly role: 'ministry' | 'region';
  readonly region: string | null;
} | null;

/** A route of the hub's API. */
export type HubRoute = Route<HubPolicy, HubPrincipal>;

/** Declares a route of the hub's API. */
export const hubRoute = routeMaker<HubPolicy, HubPrincipal>();

/** Who asks on a route that is not public. */
export function loginOf(principal: HubPrincipal): string {
  return (principal as NonNullable<HubPrincipal>).login;
}
