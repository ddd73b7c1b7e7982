import { z } from 'zod';

/** An enrolled device, as `haggui device list` and the page of devices show it. */
export const deviceLine = z.object({
  id: z.string(),
  name: z.string(),
  enrolledAt: z.string(),
  lastSeenAt: z.string(),
  address: z.string().nullable(),
  revokedAt: z.string().nullable(),
});
export type DeviceLine = Readonly<z.infer<typeof deviceLine>>;

/** `GET /devices` of the admin socket: all of them. */
export type DeviceList = { readonly devices: readonly DeviceLine[] };

/**
 * The answer to `POST /devices/invitations`: links to open on the device, the likeliest first. The token stands behind `#`, which
 * no browser sends, so that it never crosses the LAN unencrypted. `fingerprint` is that of the certificate which the device is to
 * install, to be compared there.
 */
export type DeviceInvitation = {
  readonly links: readonly string[];
  readonly expiresAt: string;
  readonly fingerprint: string;
};

/** `GET /devices/authority`, and the answer to `POST`, which makes another: what devices trust this node by. */
export type LanAuthority = {
  readonly name: string;
  readonly fingerprint: string;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly uncovered: readonly string[];
  readonly notAfter: string;
};

/** `POST /devices/revocations`: by number, or by a name that one device bears. */
export const deviceRevocationRequest = z.strictObject({ device: z.string().trim().min(1).max(80) });

/** `POST /appareil/inscription`: what the device itself sends over HTTPS. */
export const deviceEnrolmentRequest = z.strictObject({
  token: z.string().regex(/^[\w-]{22}$/, 'ce n’est pas un code d’enrôlement'),
  name: z.string().trim().min(2, 'au moins 2 caractères').max(60, 'au plus 60 caractères'),
});
