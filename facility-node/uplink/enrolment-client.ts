import type { EnrolAnswer } from '@santehaggui/protocols/api/admin-api.ts';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { fingerprintWords } from '@santehaggui/protocols/crypto/fingerprint.ts';
import { hubIdentityHash } from '@santehaggui/protocols/crypto/hub-identity.ts';
import { isSignedBy, openSealed, sealTo } from '@santehaggui/protocols/crypto/sodium.ts';
import {
  type EnrolmentAnswer,
  type EnrolmentRequest,
  type EnrolmentToken,
  enrolmentAnswer,
  enrolmentEnvelope,
  type HubIdentity,
  hubIdentity,
  parseEnrolmentToken,
} from '@santehaggui/protocols/enrolment/enrolment.ts';
import { isClearUrl } from '@santehaggui/runtime/http/clear-text.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { IdentityKeeper } from '../store/node-identity.ts';
import type { Timekeeper } from '../store/timekeeper.ts';
import type { HubTls } from './carriers/https/hub-tls.ts';
import { askHub } from './hub-request.ts';
import { failUplink } from './uplink-errors.ts';

/** What enrolment needs. `onEnrolled` is called once the hub is remembered. */
export type EnrolmentParts = {
  readonly identity: IdentityKeeper;
  readonly timekeeper: Timekeeper;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeoutMs: number;
  readonly tls: HubTls;
  readonly onEnrolled: () => void;
};

/** Makes this node known to a hub (docs/protocol.md, keys). */
export class EnrolmentClient {
  readonly #parts: EnrolmentParts;

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
  }

  /**
   * Enrols with a token that `hub facility add` printed: the hub proves to be the one that the token names before it is
   * told anything, and its signed answer is checked before it is believed. Throws SH-I110 to SH-I112 for the token, SH-I113 for an address in clear, SH-A110
   * and SH-A111 for a hub that is not the right one, SH-T110 when there is no answer, and the hub's own refusals.
   */
  async enrol({ hubUrl, token: printed }: { readonly hubUrl: string; readonly token: string }): Promise<EnrolAnswer> {
    const { identity, log, onEnrolled } = this.#parts;
    if (isClearUrl(hubUrl)) throw failUplink('SH-I113', { why: hubUrl });
    const token = this.#checkToken(printed);
    const url = hubUrl.replace(/\/+$/, '');
    const hub = hubIdentity.safeParse(await this.#ask(`${url}/api/v1/identity`));
    if (!hub.success || hubIdentityHash(hub.data) !== token.hubHash) throw failUplink('SH-A110', { why: url });

    const sealed = sealTo(fromHex(hub.data.sealKey), Buffer.from(JSON.stringify(this.#request(token))));
    const answer = this.#openAnswer(hub.data, await this.#ask(`${url}/api/v1/enrolment`, { sealed: toHex(sealed) }));
    const { node, facility } = identity.current();
    if (answer.facility !== facility.code || answer.node !== node) throw failUplink('SH-A111');

    const words = fingerprintWords(fromHex(hub.data.signKey), identity.signKeys().publicKey);
    const { facilityId, name, region, certificate } = answer;
    const certified = certificate === undefined ? {} : { certificate };
    identity.joinHub({ url, ...hub.data, facilityId, name, region, fingerprintWords: [...words], ...certified });
    log.info('uplink.enrolled', { hub: url, node });
    onEnrolled();
    return { facility: facility.code, node, fingerprintWords: words };
  }

  #checkToken(printed: string): EnrolmentToken {
    const { identity, clock, timekeeper } = this.#parts;
    const token = parseEnrolmentToken(printed);
    if (token === undefined) throw failUplink('SH-I110');
    const { code } = identity.current().facility;
    if (token.facility !== code) throw failUplink('SH-I111', { why: `${token.facility} ≠ ${code}` });
    // A node that does not know the time leaves this to the hub.
    if (timekeeper.isTrusted() && token.expiresAt * 1000 < clock.now()) throw failUplink('SH-I112');
    return token;
  }

  #request({ secret, facility }: EnrolmentToken): EnrolmentRequest {
    const { identity } = this.#parts;
    const { node, journalKey } = identity.current();
    const signKey = toHex(identity.signKeys().publicKey);
    const sealKey = toHex(identity.sealKeys().publicKey);
    return { secret, facility, node, signKey, sealKey, journalKey };
  }

  #openAnswer(hub: HubIdentity, body: unknown): EnrolmentAnswer {
    const envelope = enrolmentEnvelope.safeParse(body);
    const { sealed, signature } = envelope.data ?? {};
    if (sealed === undefined || signature === undefined || !/^[0-9a-f]{128}$/.test(signature))
      throw failUplink('SH-A111');
    const bytes = fromHex(sealed);
    if (!isSignedBy(fromHex(hub.signKey), bytes, fromHex(signature))) throw failUplink('SH-A111');
    const opened = openSealed(this.#parts.identity.sealKeys(), bytes);
    if (opened === undefined) throw failUplink('SH-A111');
    try {
      return enrolmentAnswer.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
    } catch (cause) {
      throw failUplink('SH-A111', { cause });
    }
  }

  #ask(url: string, body?: unknown): Promise<unknown> {
    const { tls, timeoutMs } = this.#parts;
    return askHub({ url, tls, timeoutMs, ...(body === undefined ? {} : { body }) });
  }
}
