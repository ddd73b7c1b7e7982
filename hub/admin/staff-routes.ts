import { hubStaffQuery, hubStaffRequest } from '@santehaggui/protocols/api/hub-staff-api.ts';
import { type Route, routeMaker } from '@santehaggui/runtime/http/route.ts';
import type { StaffService } from '../staff/staff-service.ts';

const route = routeMaker<'operator', 'operator'>();

/** The staff of the facilities, for whoever has to shut somebody out everywhere. */
export function staffRoutes(staff: StaffService): readonly Route<'operator', 'operator'>[] {
  const policy = 'operator';
  return [
    route({
      ...{ method: 'get', path: '/staff', policy },
      summary: 'Le personnel d’un établissement',
      query: hubStaffQuery,
      handler: async ({ query }) => ({ body: await staff.list(query) }),
    }),
    route({
      ...{ method: 'post', path: '/staff/disable', policy },
      summary: 'Désactiver une personne dans tous ses établissements',
      body: hubStaffRequest,
      handler: async ({ body }) => ({ body: { changed: await staff.setActive(body, false) } }),
    }),
    route({
      ...{ method: 'post', path: '/staff/enable', policy },
      summary: 'La réactiver',
      body: hubStaffRequest,
      handler: async ({ body }) => ({ body: { changed: await staff.setActive(body, true) } }),
    }),
  ];
}
