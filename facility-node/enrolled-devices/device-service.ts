import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { DeviceLine } from '@santehaggui/protocols/api/device-api.ts';
import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import { isLoopback } from '@santehaggui/runtime/http/loopback.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditedCaller, AuditTrail } from '../people/audit-trail.ts';
import { cursorAfter, positionOf } from '../resources/page-cursor.ts';
import { failDevice } from './device-errors.ts';
import { type Device, DeviceStore } from './device-store.ts';

/** How long an invitation can be taken up. */
export const INVITATION_SECONDS = 900;

/** How long a browser keeps a device's credential: as long as browsers keep any cookie (RFC 6265bis §5.5, 400 days). */
export const CREDENTIAL_SECONDS = 400 * 24 * 3600;

const SEEN_EVERY_MS = 60_000;

/** What the service is made of. */
export type DeviceOptions = {
  readonly db: ConstructorParameters<typeof DeviceStore>[0];
  readonly audit: AuditTrail;
  readonly clock: Clock;
  /** Whether staff may sign in on enrolled devices alone. */
  readonly isRequired: boolean;
};

/** An invitation: whoever has the token enrols one device with it. */
export type IssuedInvitation = { readonly token: string; readonly expiresAtMs: number };

/** A device that was just enrolled; the credential is told this once and kept as a hash. */
export type EnrolledDevice = { readonly id: string; readonly name: string; readonly credential: string };

/**
 * The tablets and phones that staff work on. An invitation serves once and for a quarter of an hour; a device's credential is a
 * random number in a cookie that no script reads; whoever withdraws a device ends its sessions with the same write.
 */
export class DeviceService {
  readonly #store: DeviceStore;
  readonly #options: DeviceOptions;

  constructor(options: DeviceOptions) {
    this.#store = new DeviceStore(options.db);
    this.#options = options;
  }

  /** Invites one device; `caller` is audited. */
  invite(caller: AuditedCaller): IssuedInvitation {
    const { clock, audit } = this.#options;
    const createdAt = clock.now();
    const expiresAt = createdAt + INVITATION_SECONDS * 1000;
    const token = randomBytes(16).toString('base64url');
    this.#store.together(() => {
      this.#store.forgetInvitationsBefore(createdAt);
      this.#store.invite(hashOf(token), caller.kind === 'staff' ? caller.login : null, { createdAt, expiresAt });
      audit.append(caller, { action: 'create', recordType: 'device-invitation', purpose: 'HOPERAT' });
    });
    return { token, expiresAtMs: expiresAt };
  }

  /** Enrols a device with an invitation. Throws SH-A170 for one that is unknown, used or too old; nothing tells which. */
  enrol({
    token,
    name,
    caller,
  }: {
    readonly token: string;
    readonly name: string;
    readonly caller: AuditedCaller;
  }): EnrolledDevice {
    const { clock, audit } = this.#options;
    const nowMs = clock.now();
    const hash = hashOf(token);
    const credential = randomBytes(32).toString('base64url');
    const id = randomUUID();
    const address = caller.kind === 'daemon' ? null : caller.address;
    this.#store.together(() => {
      const invitation = this.#store.invitation(hash);
      // A clock that was set back must not lengthen an invitation's life.
      const isOpen = invitation?.usedAt === null && invitation.expiresAt > nowMs && invitation.createdAt <= nowMs;
      if (!isOpen) throw failDevice('SH-A170');
      this.#store.insert(
        { id, name, enrolledAt: nowMs, lastSeenAt: nowMs, address, revokedAt: null },
        hashOf(credential),
      );
      this.#store.useInvitation(hash, id, nowMs);
      audit.append(caller, {
        action: 'create',
        recordType: 'device',
        recordId: id,
        purpose: 'HOPERAT',
        detail: { name },
      });
    });
    return { id, name, credential };
  }

  /** All devices, those withdrawn too. */
  list(): readonly DeviceLine[] {
    return this.#store.all().map(lineOf);
  }

  /** A page of them. Throws SH-I130 for a foreign cursor. */
  page({ cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number }): Page<DeviceLine> {
    const all = this.list();
    const after = positionOf(cursor);
    const items = all.slice(after, after + limit);
    return { items, ...(after + limit < all.length ? { nextCursor: cursorAfter(after + limit) } : {}) };
  }

  /** Withdraws a device, named by its number or, where only one in use bears it, its name; its sessions end at once. Throws SH-N170. */
  revoke(named: string, caller: AuditedCaller): DeviceLine {
    const { clock, audit } = this.#options;
    return this.#store.together(() => {
      const inUse = this.#store
        .all()
        .filter(({ id, name, revokedAt }) => id === named || (name === named && revokedAt === null));
      const [device, another] = inUse;
      if (device === undefined || another !== undefined) throw failDevice('SH-N170');
      if (device.revokedAt !== null) return lineOf(device);
      const nowMs = clock.now();
      this.#store.revoke(device.id, nowMs);
      const detail = { revoked: true, name: device.name };
      audit.append(caller, { action: 'update', recordType: 'device', recordId: device.id, purpose: 'HOPERAT', detail });
      return lineOf({ ...device, revokedAt: nowMs });
    });
  }

  /** The device in use that has this credential; null where there is none. */
  idOf(credential: string | undefined): string | null {
    const device = credential === undefined ? undefined : this.#store.withCredential(hashOf(credential));
    return device === undefined || device.revokedAt !== null ? null : device.id;
  }

  /**
   * The device that somebody is about to sign in on, by the credential in its cookie; null for one that is not enrolled. Throws
   * SH-A171 for one that was withdrawn, and SH-A172 where a device is required and there is none.
   */
  admit(credential: string | undefined, address: string | null): string | null {
    const device = credential === undefined ? undefined : this.#store.withCredential(hashOf(credential));
    if (device?.revokedAt != null) throw failDevice('SH-A171');
    if (device === undefined) {
      // No address: the machine's own admin socket.
      if (this.#options.isRequired && address !== null && !isLoopback(address)) throw failDevice('SH-A172');
      return null;
    }
    const nowMs = this.#options.clock.now();
    if (Math.abs(nowMs - device.lastSeenAt) > SEEN_EVERY_MS) this.#store.noteSeen(device.id, address, nowMs);
    return device.id;
  }
}

function lineOf({ id, name, enrolledAt, lastSeenAt, address, revokedAt }: Device): DeviceLine {
  return {
    id,
    name,
    enrolledAt: new Date(enrolledAt).toISOString(),
    lastSeenAt: new Date(lastSeenAt).toISOString(),
    address,
    revokedAt: revokedAt === null ? null : new Date(revokedAt).toISOString(),
  };
}

function hashOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
