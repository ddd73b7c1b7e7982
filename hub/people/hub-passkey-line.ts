import type { HubPasskeyLine } from '@santehaggui/protocols/api/hub-people-api.ts';

/** What of a passkey is shown. */
export type ShownPasskey = Pick<HubPasskeyLine, 'id' | 'name' | 'isBackedUp'> & {
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
};

/** A passkey as its owner is shown it. */
export function passkeyLineOf({ id, name, isBackedUp, createdAt, lastUsedAt }: ShownPasskey): HubPasskeyLine {
  return { id, name, isBackedUp, since: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
}
