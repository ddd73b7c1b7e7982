import type { ConsentVerification } from '@santehaggui/protocols/api/consent-api.ts';
import { type ConsentFinding, consentFindings, versionsOf } from '@santehaggui/protocols/consents/consent-chain.ts';
import { chainHead } from '@santehaggui/protocols/journal/chain.ts';
import { decodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { recordDigest } from '@santehaggui/protocols/journal/digest.ts';
import { isErased } from '@santehaggui/protocols/journal/erased-fields.ts';
import { consent } from '@santehaggui/protocols/records/consent.ts';
import type { RecordStore } from '../store/record-store.ts';
import { ConsentStore, type JournalledConsent } from './consent-store.ts';

const PAGE = 500;

/** What the service is made of; `journalKey` is the node's, with which its own chain is made. */
export type ConsentChainOptions = { readonly store: RecordStore; readonly journalKey: Uint8Array };

/**
 * Proves the consents of this node: that each version is what its hash says, that none is missing, that the node's own changes of
 * consents stand in its chain, and that the records are what the changes make. It believes nothing that is stored beside them.
 */
export class ConsentChainService {
  readonly #options: ConsentChainOptions;
  readonly #consents: ConsentStore;

  constructor(options: ConsentChainOptions) {
    this.#options = options;
    this.#consents = new ConsentStore(options.store.db);
  }

  /** Looks at all consents. */
  verify(): ConsentVerification {
    const findings: ConsentFinding[] = [...this.#journalFindings()];
    let [consents, versions] = [0, 0];
    for (let position = 0; ; ) {
      const page = this.#consents.after(position, PAGE);
      for (const { id } of page) {
        consents++;
        const { found, count } = this.#recordFindings(id);
        versions += count;
        findings.push(...found);
      }
      if (page.length < PAGE) break;
      position = page.at(-1)?.position ?? position;
    }
    return { valid: findings.length === 0, consents, versions, findings: distinct(findings) };
  }

  #recordFindings(id: string): { readonly found: readonly ConsentFinding[]; readonly count: number } {
    const { store } = this.#options;
    const record = store.record(id);
    if (record === undefined) return { found: [], count: 0 };
    const { records } = store.tables();
    const found = [...consentFindings(id, records.changesOf(id), record.fields.versions)];
    const [held, remade] = [records.held(id), records.remade(id)];
    const isSame =
      held !== undefined &&
      remade !== undefined &&
      Buffer.compare(recordDigest(consent.number, held), recordDigest(consent.number, remade)) === 0;
    if (!isSame) found.push({ consentId: id, kind: 'record-differs', version: null });
    return { found, count: versionsOf(record.fields.versions).length };
  }

  /** The node's own changes of consents against the chain; and changes whose record is gone, although nothing released or erased it. */
  #journalFindings(): readonly ConsentFinding[] {
    const { store, journalKey } = this.#options;
    const findings: ConsentFinding[] = [];
    if (!this.#consents.isOwnChainDense()) findings.push({ consentId: '', kind: 'missing', version: null });
    for (let position = 0; ; ) {
      const page = this.#consents.journalledAfter(position, PAGE);
      for (const entry of page) {
        const { recordId, head, before, meta, fields } = entry;
        if (!isItself(entry)) findings.push({ consentId: recordId, kind: 'inserted', version: null });
        if (head === null) continue;
        // No consent is a node's first change: before it comes the opening of its incarnation.
        const isLinked = before !== null && Buffer.compare(chainHead(before, { meta, fields }, journalKey), head) === 0;
        if (!isLinked)
          findings.push({ consentId: recordId, kind: before === null ? 'missing' : 'rewritten', version: null });
        const isGoneRightly = isErased(fields) && store.tables().erased.has(recordId);
        if (store.record(recordId) === undefined && !isGoneRightly)
          findings.push({ consentId: recordId, kind: 'record-differs', version: null });
      }
      if (page.length < PAGE) break;
      position = page.at(-1)?.position ?? position;
    }
    return findings;
  }
}

/** Whether a row is about the change that its bytes are. */
function isItself({ recordId, node, incarnation, sequence, meta, fields }: JournalledConsent): boolean {
  const change = decodeChange({ meta, fields });
  const isOfOrigin = change.origin.node === node && change.origin.incarnation === incarnation;
  return isOfOrigin && change.sequence === sequence && change.kind === 'record' && change.recordId === recordId;
}

function distinct(findings: readonly ConsentFinding[]): ConsentFinding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
