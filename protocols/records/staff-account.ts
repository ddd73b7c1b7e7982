import { field, MANAGERS, ROLES, type Role, recordType, WRITERS } from './record-type.ts';
import { uuidText } from './schema.ts';

/**
 * The account of a practitioner who works at more than one facility (docs/protocol.md 13.6). Its home facility alone writes it, but for
 * `verifiers`: whoever changes her password, at any of her facilities, writes those. Whether it is disabled stands in the practitioner's
 * record (`active`). No API, export or report ever shows it.
 */
export const staffAccount = recordType({
  number: 18,
  name: 'staffAccount',
  plural: 'staff-accounts',
  fhirType: 'Basic',
  version: 1,
  isSecret: true,
  label: ['Compte qui voyage', 'Travelling account'],
  fields: {
    practitioner: field(1, 'ref', {
      authorised: MANAGERS,
      merge: 'once',
      required: true,
      to: 'practitioner',
      label: ['Agent', 'Practitioner'],
    }),
    home: field(2, 'ref', {
      authorised: MANAGERS,
      merge: 'once',
      required: true,
      to: 'facility',
      label: ['Établissement d’origine', 'Home facility'],
    }),
    login: field(3, 'text', {
      authorised: MANAGERS,
      merge: 'once',
      required: true,
      label: ['Identifiant', 'Login'],
    }),
    /** Where it is valid besides its home, and as what: see {@link placeMember}. */
    places: field(4, 'set', { authorised: MANAGERS, label: ['Établissements et fonctions', 'Facilities and roles'] }),
    /** The password's verifier, sealed to the node of each facility: see {@link verifierMember}. */
    verifiers: field(5, 'set', { authorised: WRITERS, label: ['Mots de passe scellés', 'Sealed passwords'] }),
  },
});

/** The roles that a share can give. Who administers a facility is decided there, by no other one. */
export const SHARED_ROLES: readonly Role[] = ROLES.filter(
  (role) => !['head', 'it-officer', 'district-officer', 'auditor', 'system'].includes(role),
);

/** A facility where an account is valid, by its record, and the role that it has there. */
export type AccountPlace = { readonly facility: string; readonly role: Role };

/** A place as a member of `places`. */
export function placeMember({ facility, role }: AccountPlace): string {
  return `${facility} ${role}`;
}

/** The places that are well-formed, one a facility; a role that no share can give counts for nothing. */
export function placesIn(members: unknown): readonly AccountPlace[] {
  const places = new Map<string, AccountPlace>();
  for (const member of textsIn(members)) {
    const [facility = '', name, ...rest] = member.split(' ');
    const role = SHARED_ROLES.find((one) => one === name);
    if (role !== undefined && rest.length === 0 && uuidText.safeParse(facility).success)
      places.set(facility, { facility, role });
  }
  return [...places.values()];
}

/** A verifier sealed to the key (X25519, 64 hexadecimal digits) of a facility's node. */
export type SealedVerifier = { readonly facility: string; readonly key: string; readonly sealed: Uint8Array };

/** It as a member of `verifiers`. */
export function verifierMember({ facility, key, sealed }: SealedVerifier): string {
  return `${facility} ${key} ${Buffer.from(sealed).toString('base64url')}`;
}

/** The sealed verifiers that are well-formed. */
export function verifiersIn(members: unknown): readonly SealedVerifier[] {
  return textsIn(members).flatMap((member) => {
    const [, facility, key, sealed] = /^([0-9a-f-]{36}) ([0-9a-f]{64}) ([\w-]{64,1000})$/.exec(member) ?? [];
    if (facility === undefined || key === undefined || sealed === undefined) return [];
    return [{ facility, key, sealed: new Uint8Array(Buffer.from(sealed, 'base64url')) }];
  });
}

function textsIn(members: unknown): readonly string[] {
  return Array.isArray(members) ? members.filter((member): member is string => typeof member === 'string') : [];
}
