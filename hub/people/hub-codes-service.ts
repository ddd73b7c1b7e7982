import { createHash, randomBytes } from 'node:crypto';
import type { HubContact } from '@santehaggui/protocols/api/hub-people-api.ts';
import { gsmText } from '@santehaggui/protocols/consents/short-texts.ts';
import { BoundCodes } from '@santehaggui/runtime/codes/bound-codes.ts';
import { CodeSender, type SendCode } from '@santehaggui/runtime/codes/code-sender.ts';
import type { LimiterMaker } from '@santehaggui/runtime/limits/limiter.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { failHubPeople } from '../errors/hub-people-errors.ts';
import type { StoredHubUser } from './hub-users-store.ts';

/** By what codes can be sent here; what is undefined is not configured. */
export type CodeWays = Readonly<Record<HubContact['way'], SendCode | undefined>>;

/** A code that is on its way: what has to come back with it, and where it went. `expiresAtMs`: ms since 1970. */
export type HubCodeSent = {
  readonly attempt: string;
  readonly way: HubContact['way'];
  readonly ending: string;
  readonly expiresAtMs: number;
};

type CodeOwner = Pick<StoredHubUser, 'login' | 'contact' | 'version'>;

/** Codes that prove somebody at the hub beside the password, sent where the operator said; each for one attempt to sign in. */
export class HubCodesService {
  readonly #codes: ReadonlyMap<HubContact['way'], BoundCodes>;

  constructor({ ways, clock, make }: { readonly ways: CodeWays; readonly clock: Clock; readonly make: LimiterMaker }) {
    const entries = Object.entries(ways) as [HubContact['way'], SendCode | undefined][];
    this.#codes = new Map(
      entries.flatMap(([way, send]) =>
        send === undefined
          ? []
          : [[way, new BoundCodes({ clock, sender: new CodeSender({ purpose: `code-${way}`, send, make }) })] as const],
      ),
    );
  }

  /** Sends one. Throws SH-T320 when it could not be sent, or its way is not configured; SH-A005 after too many. */
  async send({ login, contact, version }: CodeOwner): Promise<HubCodeSent> {
    const codes = contact === null ? undefined : this.#codes.get(contact.way);
    if (contact === null || codes === undefined) throw failHubPeople('SH-T320');
    const attempt = randomBytes(32).toString('base64url');
    const text = (code: string): string =>
      gsmText(`SanteHaggui: code ${code} pour vous connecter au hub. Ne le dites à personne. Valable 10 minutes.`);
    try {
      const expiresAtMs = await codes.send(bindingOf({ login, version, attempt }), contact.address, text);
      return { attempt, way: contact.way, ending: endingOf(contact), expiresAtMs };
    } catch (cause) {
      if ((cause as { readonly code?: unknown }).code === 'SH-A005') throw cause;
      throw failHubPeople('SH-T320', { cause });
    }
  }

  /** Whether this is the code that was sent for that attempt; it serves once. */
  prove({ contact, code, ...binding }: CodeOwner & { readonly attempt: string; readonly code: string }): boolean {
    const codes = contact === null ? undefined : this.#codes.get(contact.way);
    return codes?.prove(bindingOf(binding), code) === true;
  }
}

/** To the account as it was, too: what was reset meanwhile needs its new password first. */
function bindingOf({
  login,
  version,
  attempt,
}: Pick<CodeOwner, 'login' | 'version'> & { readonly attempt: string }): string {
  return createHash('sha256').update(`${login} ${version} ${attempt}`, 'utf8').digest('base64url');
}

/** Enough to know one's own by: two digits, or the first letter and the domain. */
function endingOf({ way, address }: HubContact): string {
  return way === 'email' ? `${address[0]}…@${address.split('@').at(-1)}` : address.slice(-2);
}
