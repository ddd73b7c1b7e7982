import type { Action, PermissionRule, Subject } from '@santehaggui/protocols/permissions/permission-rule.ts';
import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import type { Staff } from './caller.ts';

/** One right. */
export type Permission = { readonly action: Action; readonly subject: Subject };

/** What a route asks of its caller: nothing, a live session, or a right. */
export type NodePolicy =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'signed-in' }
  /** `ofNobody`: what is behind it belongs to no one patient, so that a record that is open in an emergency opens nothing of it. */
  | ({ readonly kind: 'may'; readonly ofNobody?: true } & Permission);

/** Who wants to do something, and what for (v3-PurposeOfUse): `TREAT` unless said otherwise, `ETREAT` in emergency access. */
export type Claimant = { readonly role: Role; readonly purpose?: string };

/** What staff may do as the rules stand now; `access/` answers. */
export type StaffRights = {
  /** Whether there may be anything of that subject that the action is let on. */
  may(claimant: Claimant, action: Action, subject: Subject): boolean;
  /** The same for whoever asks now, and whether it may be of a patient whose record they have open in an emergency. */
  mayEnter(staff: Staff, action: Action, subject: Subject): boolean;
  /** All that {@link StaffRights.may} would grant, as a client shows or hides by. */
  permissionsOf(claimant: Claimant): readonly Permission[];
  /** The rules themselves, those that forbid last: a client that knows CASL judges each record by them. */
  rulesOf(claimant: Claimant): readonly PermissionRule[];
};
