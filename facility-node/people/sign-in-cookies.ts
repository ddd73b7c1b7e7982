import type { RouteContext } from '@santehaggui/runtime/http/route.ts';
import type { PageAddress } from '@santehaggui/runtime/passkeys/passkey-ceremonies.ts';
import type { Caller } from './caller.ts';
import { DEVICE_COOKIE } from './device-cookie.ts';
import type { Origin } from './session-service.ts';

type Request = RouteContext<unknown, unknown, unknown, unknown>['request'];

/** Over HTTPS the name binds the cookie to this host (RFC 6265bis §4.1.3.2); a browser takes no such name over plain HTTP. */
const SECURE_COOKIE = '__Host-haggui_refresh';
const PLAIN_COOKIE = 'haggui_refresh';
const PLAIN_COOKIE_PATH = '/api/v1/sessions';
/** Of the cookies that tell a browser from others. */
const PLAIN_PATH = '/api/v1';
/** What a browser is known by; the same for everybody who signs in with it. */
const SECURE_BROWSER_COOKIE = '__Host-haggui_browser';
const PLAIN_BROWSER_COOKIE = 'haggui_browser';
/** As long as browsers keep any cookie (RFC 6265bis §5.5). */
const BROWSER_COOKIE_SECONDS = 400 * 24 * 3600;
/** What ties a code to the attempt that it was sent for. */
const SECURE_ATTEMPT_COOKIE = '__Host-haggui_attempt';
const PLAIN_ATTEMPT_COOKIE = 'haggui_attempt';
const ATTEMPT_COOKIE_SECONDS = 600;

/** The cookie of a session's refresh token. */
export function refreshCookie(value: string, maxAgeSeconds: number, request: Request): string {
  const name = request.secure ? SECURE_COOKIE : PLAIN_COOKIE;
  return cookie({ name, value, maxAgeSeconds, plainPath: PLAIN_COOKIE_PATH }, request);
}

/** The cookie that a browser is known by. */
export function browserCookie(value: string, request: Request): string {
  const name = request.secure ? SECURE_BROWSER_COOKIE : PLAIN_BROWSER_COOKIE;
  return cookie({ name, value, maxAgeSeconds: BROWSER_COOKIE_SECONDS }, request);
}

/** The cookie of an attempt to sign in that waits for its code. */
export function attemptCookie(value: string, request: Request): string {
  const name = request.secure ? SECURE_ATTEMPT_COOKIE : PLAIN_ATTEMPT_COOKIE;
  return cookie({ name, value, maxAgeSeconds: ATTEMPT_COOKIE_SECONDS }, request);
}

/** RFC 6265bis. `Secure` where the connection is: a browser would drop the cookie of a box that is reached by http. */
function cookie(
  {
    name,
    value,
    maxAgeSeconds,
    plainPath = PLAIN_PATH,
  }: {
    readonly name: string;
    readonly value: string;
    readonly maxAgeSeconds: number;
    readonly plainPath?: string;
  },
  request: Request,
): string {
  const path = request.secure ? '/' : plainPath;
  const attributes = [`${name}=${value}`, `Path=${path}`, `Max-Age=${maxAgeSeconds}`, 'HttpOnly', 'SameSite=Strict'];
  return [...attributes, ...(request.secure ? ['Secure'] : [])].join('; ');
}

/** From where a request comes, with all that its cookies tell of the browser. */
export function originOf({ address, requestId }: Caller, request: Request): Origin {
  return {
    ...{ address, requestId, userAgent: request.get('user-agent') },
    deviceCredential: cookieOf(request, DEVICE_COOKIE),
    browserCredential: cookieOf(request, request.secure ? SECURE_BROWSER_COOKIE : PLAIN_BROWSER_COOKIE),
    attemptCredential: cookieOf(request, request.secure ? SECURE_ATTEMPT_COOKIE : PLAIN_ATTEMPT_COOKIE),
  };
}

/** Where the page is that sends a request. */
export function pageOf(request: Request): PageAddress {
  return { host: request.get('host'), isSecure: request.secure };
}

/** What the cookie of {@link refreshCookie} holds. */
export function refreshTokenOf(request: Request): string | undefined {
  return cookieOf(request, request.secure ? SECURE_COOKIE : PLAIN_COOKIE);
}

function cookieOf(request: Request, wanted: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name, value]) => name === wanted && /^[\w-]{20,100}$/.test(value ?? ''))?.[1];
}
