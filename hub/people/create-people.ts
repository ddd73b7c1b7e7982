import { type CodeWays, HubCodesService } from './hub-codes-service.ts';
import { type HubPasskeysOptions, HubPasskeysService } from './hub-passkeys-service.ts';
import type { HubRoute } from './hub-route.ts';
import { type HubUsersOptions, HubUsersService } from './hub-users-service.ts';
import { passkeysPages } from './passkeys-pages.ts';
import { passkeysRoutes } from './passkeys-routes.ts';
import { sessionsRoutes } from './sessions-routes.ts';

/** Who reads reports: the accounts, what proves them, and where they do. */
export type HubPeople = {
  readonly users: HubUsersService;
  readonly passkeys: HubPasskeysService;
  readonly routes: readonly HubRoute[];
  readonly pages: readonly HubRoute[];
};

/** What {@link createPeople} is made of. */
export type PeopleParts = Omit<HubUsersOptions, 'codes'> & {
  readonly name: string | undefined;
  readonly ways: CodeWays;
};

/** Puts together who reads reports; `name` is the hub's, as people open it: without one it is opened on its own machine alone. */
export function createPeople({ name = 'localhost', ways, ...parts }: PeopleParts): HubPeople {
  const { database, clock } = parts;
  const codes = new HubCodesService({ ways, clock, make: database.limiters() });
  const users = new HubUsersService({ ...parts, codes });
  const party: HubPasskeysOptions['party'] = { host: name, name: 'SanteHaggui, hub' };
  const passkeys = new HubPasskeysService({ ...parts, users, party });
  return {
    ...{ users, passkeys },
    routes: [...sessionsRoutes(users, passkeys), ...passkeysRoutes(passkeys)],
    pages: passkeysPages(name),
  };
}
