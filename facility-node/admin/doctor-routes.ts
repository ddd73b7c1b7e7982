import type { DoctorService } from '../health/doctor-service.ts';
import { type AdminRoute, operatorRoute } from './admin-route.ts';

/** The thorough look at a node, for the machine's operator. */
export function doctorRoutes(doctor: DoctorService): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/doctor',
      summary: 'Examiner la machine et le service',
      handler: async ({ language }) => ({ body: { checks: await doctor.examine(language) } }),
    }),
  ];
}
