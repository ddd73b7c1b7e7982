import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sha256 } from '@santehaggui/protocols/crypto/hash.ts';
import { hubIdentityHash } from '@santehaggui/protocols/crypto/hub-identity.ts';
import { linkKeysOfHub, openSealed, sealTo, sign } from '@santehaggui/protocols/crypto/sodium.ts';
import { type EnrolmentCertificate, writeCertificate } from '@santehaggui/protocols/enrolment/certificate.ts';
import {
  type EnrolmentAnswer,
  type EnrolmentRequest,
  enrolmentRequest,
  formatEnrolmentToken,
} from '@santehaggui/protocols/enrolment/enrolment.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { sqlState } from '@santehaggui/runtime/sql/postgres-transaction.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { LinkedNode } from '../ingest/linked-node.ts';
import type { KeyChanged } from '../routing/travelling-accounts-service.ts';
import {
  addToken,
  endTokens,
  enrolledNodes,
  enrolNode,
  facilityByCode,
  facilityByNode,
  lockToken,
  type NodeKeys,
  useToken,
} from './enrolment-store.ts';
import type { HubKeys } from './hub-identity.ts';

const TOKEN_HOURS = 72;
const UNIQUE_VIOLATION = '23505';

/** What enrolment is made of. */
export type EnrolmentOptions = {
  readonly database: HubDatabase;
  readonly keys: HubKeys;
  readonly audit: HubAuditTrail;
  readonly onKeyChanged: KeyChanged;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
};

/** Makes nodes known to the hub, and knows them afterwards. */
export class EnrolmentService {
  readonly #options: EnrolmentOptions;

  constructor(options: EnrolmentOptions) {
    this.#options = options;
  }

  /** A token that enrols one node for a facility, once, within 72 hours. Only its hash is kept. */
  async issueToken(sql: Sql, facility: string): Promise<{ readonly token: string; readonly expiresAt: Date }> {
    const { keys, randomBytes, clock } = this.#options;
    const secret = toHex(randomBytes(16));
    const expiresAt = Math.floor(clock.now() / 1000) + TOKEN_HOURS * 3600;
    const expiry = new Date(expiresAt * 1000);
    await addToken(sql, { secretHash: hashOf(secret), facility, expiresAt: expiry });
    return {
      token: formatEnrolmentToken({ hubHash: hubIdentityHash(keys.identity), secret, facility, expiresAt }),
      expiresAt: expiry,
    };
  }

  /** Makes the tokens of a facility worthless that nobody has used. */
  revokeTokens(sql: Sql, facility: string): Promise<void> {
    return endTokens(sql, facility);
  }

  /**
   * Answers a sealed enrolment request. A node that lost the answer asks again with the same token, number and keys, and is
   * told the same; even when its link came back only after the token's end, for by then it is this facility's node. Throws
   * SH-I301 for what cannot be opened, SH-A300 for a token that is not valid, SH-K303 for a number that another node has.
   */
  async enrol(sealed: Uint8Array): Promise<{ readonly sealed: Uint8Array; readonly signature: Uint8Array }> {
    const { keys, log } = this.#options;
    const request = this.#open(sealed);
    const { answer, isRepeat } = await this.#accept(request);
    log.info(isRepeat ? 'enrolment.repeated' : 'enrolment.enrolled', { facility: answer.facility, node: answer.node });
    const sealedAnswer = sealTo(fromHex(request.sealKey), Buffer.from(JSON.stringify(answer)));
    return { sealed: sealedAnswer, signature: sign(sealedAnswer, keys.sign.privateKey) };
  }

  /**
   * Gives a facility its node again, as a certificate of this hub names it, with the key of its link; false where it has it already.
   * Throws SH-K301 where the facility has another one, SH-K303 for a number that another facility's node has.
   */
  async readmit(sql: Sql, certificate: EnrolmentCertificate, linkKey: Uint8Array): Promise<boolean> {
    const { node, signKey, journalKey, facility: code } = certificate;
    const numbered = await facilityByNode(sql, node);
    if (numbered !== undefined && numbered.code !== code) throw failHub('SH-K303');
    const facility = await facilityByCode(sql, code);
    if (facility === undefined) throw failHub('SH-A380');
    if (facility.keys !== null) {
      if (toHex(facility.keys.signKey) === toHex(signKey)) return false;
      throw failHub('SH-K301');
    }
    const at = new Date(this.#options.clock.now());
    await enrolNode(sql, code, { keys: { node, signKey, journalKey, sealKey: linkKey }, at });
    await this.#options.onKeyChanged(sql, code);
    return true;
  }

  /** The node with this number and the keys of its link; undefined when none was enrolled. */
  async findNode(node: number): Promise<LinkedNode | undefined> {
    const { database, keys } = this.#options;
    const facility = await database.transaction((sql) => facilityByNode(sql, node), { isReadOnly: true });
    if (facility?.keys == null) return undefined;
    const { journalKey, signKey, sealKey } = facility.keys;
    return { facility: facility.code, node, journalKey, signKey, sealKey, link: linkKeysOfHub(keys.seal, sealKey) };
  }

  /** The numbers of the nodes that are enrolled. */
  nodes(): Promise<readonly number[]> {
    return this.#options.database.transaction((sql) => enrolledNodes(sql), { isReadOnly: true });
  }

  #open(sealed: Uint8Array): EnrolmentRequest {
    const opened = openSealed(this.#options.keys.seal, sealed);
    if (opened === undefined) throw failHub('SH-I301');
    try {
      return enrolmentRequest.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
    } catch (cause) {
      throw failHub('SH-I301', { cause });
    }
  }

  async #accept(request: EnrolmentRequest): Promise<Accepted> {
    try {
      return await this.#options.database.transaction((sql) => this.#store(sql, request));
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) throw failHub('SH-K303', { cause: error });
      throw error;
    }
  }

  async #store(sql: Sql, request: EnrolmentRequest): Promise<Accepted> {
    const now = new Date(this.#options.clock.now());
    const secretHash = hashOf(request.secret);
    const token = await lockToken(sql, secretHash);
    const facility = await facilityByCode(sql, request.facility);
    // One answer for every reason: a stranger learns nothing of facilities and tokens.
    if (token === undefined || facility === undefined || token.facility !== facility.code) throw failHub('SH-A300');
    const given = keysOf(request);
    if (token.isUsed) {
      if (facility.keys === null || !isSame(facility.keys, given)) {
        this.#options.log.warn('enrolment.token-used-again', { facility: facility.code, node: given.node });
        throw failHub('SH-A300');
      }
    } else {
      if (token.expiresAt <= now || facility.keys !== null) throw failHub('SH-A300');
      await useToken(sql, secretHash, now);
      await enrolNode(sql, facility.code, { keys: given, at: now });
      await this.#options.onKeyChanged(sql, facility.code);
      const caller = { kind: 'node' as const, node: given.node, facility: facility.code };
      await this.#options.audit.append(caller, { action: 'create', recordType: 'node' }, sql);
    }
    const { code, recordId: facilityId, name, kind, region, referralTarget } = facility;
    const { node, signKey, journalKey } = given;
    const certified = { facility: code, facilityId, name, kind, region, referralTarget, node, signKey, journalKey };
    const certificate = writeCertificate(
      { ...certified, enrolledAt: now.getTime() },
      this.#options.keys.sign.privateKey,
    );
    return { answer: { facility: code, facilityId, name, region, node, certificate }, isRepeat: token.isUsed };
  }
}

type Accepted = { readonly answer: EnrolmentAnswer; readonly isRepeat: boolean };

function hashOf(secret: string): Uint8Array {
  return sha256('SH1-token', fromHex(secret));
}

function keysOf({ node, signKey, sealKey, journalKey }: EnrolmentRequest): NodeKeys {
  return { node, signKey: fromHex(signKey), sealKey: fromHex(sealKey), journalKey: fromHex(journalKey) };
}

function isSame(left: NodeKeys, right: NodeKeys): boolean {
  const text = ({ node, signKey, sealKey, journalKey }: NodeKeys): string =>
    [node, ...[signKey, sealKey, journalKey].map(toHex)].join(' ');
  return text(left) === text(right);
}
