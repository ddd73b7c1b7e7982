import type { RouteContext } from '@santehaggui/runtime/http/route.ts';
import type { PageAddress } from '@santehaggui/runtime/passkeys/passkey-ceremonies.ts';

/** Where the page is that sends a request. */
export function pageOf(request: RouteContext<unknown, unknown, unknown, unknown>['request']): PageAddress {
  return { host: request.get('host'), isSecure: request.secure };
}
