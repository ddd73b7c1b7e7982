import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { isSignedBy, openSealed, sealTo, sign } from '@santehaggui/protocols/crypto/sodium.ts';
import { type NodeKeyAnswer, type NodeKeyRequest, nodeKeyRequest } from '@santehaggui/protocols/enrolment/node-key.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { LinkedNode } from '../ingest/linked-node.ts';
import type { KeyChanged } from '../routing/travelling-accounts-service.ts';
import type { HubKeys } from './hub-identity.ts';
import { replaceLinkKey } from './node-key-store.ts';

/** What the service is made of. */
export type NodeKeyOptions = {
  readonly database: HubDatabase;
  readonly keys: HubKeys;
  readonly findNode: (node: number) => Promise<LinkedNode | undefined>;
  readonly audit: HubAuditTrail;
  readonly onKeyChanged: KeyChanged;
  readonly clock: Clock;
  readonly log: Log;
};

/** Takes the keys that nodes give their frames anew. */
export class NodeKeyService {
  readonly #options: NodeKeyOptions;

  constructor(options: NodeKeyOptions) {
    this.#options = options;
  }

  /**
   * Takes a node's next key; from when this resolves frames are sealed and opened with it alone. The same one again is answered like
   * the first time. Throws SH-I301 for what cannot be opened, SH-A380 for a node that is not enrolled here or did not sign, SH-K305 for
   * a key that it had before.
   */
  async take(
    sealed: Uint8Array,
    signature: Uint8Array,
  ): Promise<{ readonly sealed: Uint8Array; readonly signature: Uint8Array }> {
    const { database, keys, findNode, audit, onKeyChanged, clock, log } = this.#options;
    const { node, linkKey } = this.#open(sealed);
    const known = await findNode(node);
    if (known === undefined || !isSignedBy(known.signKey, sealed, signature)) throw failHub('SH-A380');
    const key = fromHex(linkKey);
    const outcome = await database.transaction(async (sql) => {
      const replaced = await replaceLinkKey(sql, { node, key, at: new Date(clock.now()) });
      const caller = { kind: 'node' as const, node, facility: known.facility };
      if (replaced === 'replaced') {
        await audit.append(caller, { action: 'update', recordType: 'link-key' }, sql);
        await onKeyChanged(sql, known.facility);
      }
      return replaced;
    });
    if (outcome === 'former') throw failHub('SH-K305');
    log.info('node-key.taken', { facility: known.facility, node, outcome });
    const answer: NodeKeyAnswer = { linkKey };
    const reply = sealTo(key, Buffer.from(JSON.stringify(answer)));
    return { sealed: reply, signature: sign(reply, keys.sign.privateKey) };
  }

  #open(sealed: Uint8Array): NodeKeyRequest {
    const opened = openSealed(this.#options.keys.seal, sealed);
    if (opened === undefined) throw failHub('SH-I301');
    try {
      return nodeKeyRequest.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
    } catch (cause) {
      throw failHub('SH-I301', { cause });
    }
  }
}
