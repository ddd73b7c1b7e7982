import { z } from 'zod';
import { permissionRules } from '../permissions/permission-rule.ts';
import { staffRole } from './rights-api.ts';

/** Whose policy: a role's, everywhere or in one district. */
export const policyPlace = z.strictObject({
  role: staffRole,
  district: z.string().trim().min(1).max(80).optional(),
});

const content = {
  /** What the role may do; null for the preset, left out for what it is. */
  rules: permissionRules.nullable().optional(),
  /** The most that a facility may give; null for the preset, left out for what it is. */
  ceiling: permissionRules.nullable().optional(),
};

/** `POST /v1/policies/preview` of a hub's admin socket. */
export const policyPreviewRequest = policyPlace.extend(content);
export type PolicyPreviewRequest = z.infer<typeof policyPreviewRequest>;

/** `POST /v1/policies` of a hub's admin socket. */
export const policyRequest = policyPreviewRequest.extend({ reason: z.string().trim().min(3).max(200) });
export type PolicyRequest = z.infer<typeof policyRequest>;

/** A policy that is in force. */
export type PolicyLine = {
  readonly role: string;
  readonly district: string | null;
  readonly edition: number;
  readonly reason: string;
  readonly setBy: string;
  readonly at: string;
};

/** One edition of it, whole: null where the preset stands. */
export type PolicyEdition = PolicyLine & { readonly rules: unknown; readonly ceiling: unknown };

/** What applies to a role, and how it came to be. */
export type PolicyShown = {
  readonly role: string;
  readonly district: string | null;
  readonly rules: unknown;
  readonly ceiling: unknown;
  readonly editions: readonly PolicyEdition[];
};

/** Who is concerned, and what they gain and lose; `ceilingChanges`: what their facilities may give. */
export type PolicyPreview = {
  readonly facilities: readonly string[];
  readonly changes: readonly PolicyChange[];
  readonly ceilingChanges: readonly PolicyChange[];
};

/** One line of it. */
export type PolicyChange = { readonly kind: 'gained' | 'lost' | 'changed'; readonly words: string };

/** An edition that was made. */
export type PolicySet = PolicyPreview & { readonly edition: number };
