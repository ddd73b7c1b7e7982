import { z } from 'zod';
import { uuidText } from '../records/schema.ts';
import { listQuery } from './lan-api.ts';

/** `GET /staff`: the staff of a facility, as the hub knows them. */
export const hubStaffQuery = listQuery.extend({ facility: z.string().trim().min(1).max(60) });

/** A practitioner at the hub. */
export type HubStaffLine = {
  /** Of the practitioner's record. */
  readonly id: string;
  readonly name: string;
  readonly role: string | null;
  /** Codes of the facilities whose accounts sign this person in, the home first. */
  readonly facilities: readonly string[];
  readonly active: boolean;
};

/** A page of {@link HubStaffLine}. */
export type HubStaffPage = { readonly items: readonly HubStaffLine[]; readonly nextCursor?: string };

/** `POST /staff/disable` and `/staff/enable`: of one person of a facility, everywhere, and why. */
export const hubStaffRequest = z.strictObject({
  facility: z.string().trim().min(1).max(60),
  id: uuidText,
  reason: z.string().trim().min(3, 'dites pourquoi').max(200),
});
