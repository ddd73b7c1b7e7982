import { fromHex, toHex } from './bytes.ts';
import { sha256 } from './hash.ts';

/** The 32 hex digits by which an enrolment token pins a hub: SHA-256("SH1-hub" ‖ sign key ‖ seal key)[0..16]. */
export function hubIdentityHash(identity: { readonly signKey: string; readonly sealKey: string }): string {
  return toHex(sha256('SH1-hub', fromHex(identity.signKey), fromHex(identity.sealKey)).slice(0, 16));
}
