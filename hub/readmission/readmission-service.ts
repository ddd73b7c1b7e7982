import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { isSignedBy, openSealed } from '@santehaggui/protocols/crypto/sodium.ts';
import { readCertificate, readmissionRequest } from '@santehaggui/protocols/enrolment/certificate.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { EnrolmentService } from '../enrolment/enrolment-service.ts';
import type { HubKeys } from '../enrolment/hub-identity.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { FacilitiesService } from '../facilities/facilities-service.ts';
import type { FormerNodes } from '../ingest/linked-node.ts';
import type { RestorationService } from '../restoration/restoration-service.ts';

/** What the service is made of. */
export type ReadmissionOptions = {
  readonly database: HubDatabase;
  readonly keys: HubKeys;
  readonly enrolment: EnrolmentService;
  readonly facilities: FacilitiesService;
  readonly restoration: RestorationService;
  readonly former: Pick<FormerNodes, 'find'>;
  readonly audit: HubAuditTrail;
  readonly log: Log;
};

/** Takes nodes in again that were enrolled after the backup to which the hub was put back: their certificates say so (docs/protocol.md, 7.6). */
export class ReadmissionService {
  readonly #options: ReadmissionOptions;

  constructor(options: ReadmissionOptions) {
    this.#options = options;
  }

  /**
   * Takes a node in again; one that is here already is answered the same. Throws SH-I301 for what cannot be opened, SH-A380 for who is
   * not certified by this hub, or where the hub was never put back to a backup, SH-A382 for a node that was revoked, SH-K301 for a
   * facility that has another node and SH-K303 for a number that another facility's node has.
   */
  async take(sealed: Uint8Array, signature: Uint8Array): Promise<{ readonly facility: string }> {
    const { database, keys, enrolment, facilities, restoration, former, audit, log } = this.#options;
    const { certificate: shown, linkKey } = this.#open(sealed);
    const certificate = readCertificate(shown, keys.sign.publicKey);
    if (certificate === undefined || !isSignedBy(certificate.signKey, sealed, signature)) throw failHub('SH-A380');
    const { facility, node } = certificate;
    if ((await former.find(node)) !== undefined) throw failHub('SH-A382');
    if ((await restoration.last()) === undefined) throw failHub('SH-A380');
    await facilities.reopen(certificate);
    await database.transaction(async (sql) => {
      await restoration.await(sql, facility);
      const isNew = await enrolment.readmit(sql, certificate, fromHex(linkKey));
      if (!isNew) return;
      const detail = { what: 'certificate' };
      await audit.append({ kind: 'node', node, facility }, { action: 'create', recordType: 'node', detail }, sql);
      log.warn('enrolment.readmitted', { facility, node });
    });
    return { facility };
  }

  #open(sealed: Uint8Array) {
    const opened = openSealed(this.#options.keys.seal, sealed);
    if (opened === undefined) throw failHub('SH-I301');
    try {
      return readmissionRequest.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
    } catch (cause) {
      throw failHub('SH-I301', { cause });
    }
  }
}
