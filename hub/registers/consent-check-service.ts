import { type ConsentFinding, consentFindings } from '@santehaggui/protocols/consents/consent-chain.ts';
import { chainHead } from '@santehaggui/protocols/journal/chain.ts';
import type { RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, MalformedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { recordDigest } from '@santehaggui/protocols/journal/digest.ts';
import { consent } from '@santehaggui/protocols/records/consent.ts';
import type { Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';
import { remergeRecord } from './apply-changes.ts';
import { ConsentCheckStore, type JournalledConsent } from './consent-check-store.ts';
import { MendingStore } from './mending-store.ts';
import type { RecordRow } from './record-row.ts';
import { RegisterStore } from './register-store.ts';

/** Whose register is proven, and the journal keys of the nodes that are or were the facility's. */
export type CheckedRegister = {
  readonly facility: string;
  readonly journalKeys: ReadonlyMap<number, Uint8Array>;
  /** Nodes of which changes wait beyond a gap that is still open. */
  readonly gaps: ReadonlySet<number>;
};

const PAGE = 500;
const FIRST = '00000000-0000-0000-0000-000000000000';
const VERSIONS = String(consent.fields.versions?.number);

/**
 * Proves the consents of one facility's register as a node proves its own (docs/protocol.md, 9.5): every version against its hash,
 * every record against what its changes make, the changes of the facility's own nodes against their chains. Believes nothing that
 * is stored beside them. To be called in a transaction that sees one moment.
 */
export function consentFaults(sql: Sql, register: CheckedRegister): Promise<readonly ConsentFinding[]> {
  const { facility } = register;
  return withTenant(sql, facility, async () => {
    const stores = {
      check: new ConsentCheckStore(sql, facility),
      mending: new MendingStore(sql, facility),
      registers: new RegisterStore(sql, facility),
    };
    const findings = [...(await journalFaults(stores, register)), ...(await recordFaults(stores))];
    return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
  });
}

type Stores = {
  readonly check: ConsentCheckStore;
  readonly mending: MendingStore;
  readonly registers: RegisterStore;
};

async function journalFaults(
  { check, mending }: Stores,
  { journalKeys, gaps }: CheckedRegister,
): Promise<readonly ConsentFinding[]> {
  const findings: ConsentFinding[] = [];
  for (const node of journalKeys.keys()) {
    const isWhole = (await mending.holes(node)).every(({ to }) => to === null);
    if (!isWhole && !gaps.has(node)) findings.push({ consentId: '', kind: 'missing', version: null });
  }
  for (let position = 0; ; ) {
    const page = await check.journalledAfter(position, PAGE);
    for (const entry of page) findings.push(...entryFaults(entry, journalKeys.get(entry.node)));
    if (page.length < PAGE) return findings;
    position = page.at(-1)?.position ?? position;
  }
}

function entryFaults(entry: JournalledConsent, journalKey: Uint8Array | undefined): readonly ConsentFinding[] {
  const { recordId: consentId, meta, fields, head, before, isHeld } = entry;
  const found = (kind: ConsentFinding['kind']): ConsentFinding => ({ consentId, kind, version: null });
  // Released or erased: what is left is for the chain of whoever has the words.
  if (fields.length === 0) return [];
  const change = changeOf(entry);
  if (change === undefined) return [found('inserted')];
  if (head === null || journalKey === undefined) return [];
  if (before === null) return [found('missing')];
  if (Buffer.compare(chainHead(before, { meta, fields }, journalKey), head) !== 0) return [found('rewritten')];
  return change.isCreate && change.isErased !== true && !isHeld ? [found('record-differs')] : [];
}

/** The change that a row is about, if its bytes are that. */
function changeOf({
  recordId,
  node,
  incarnation,
  sequence,
  meta,
  fields,
}: JournalledConsent): RecordChange | undefined {
  try {
    const change = decodeChange({ meta, fields });
    const isOfOrigin = change.origin.node === node && change.origin.incarnation === incarnation;
    if (!isOfOrigin || change.sequence !== sequence || change.kind !== 'record') return undefined;
    return change.recordId === recordId ? change : undefined;
  } catch (error) {
    if (error instanceof MalformedChange) return undefined;
    throw error;
  }
}

async function recordFaults({ check, mending, registers }: Stores): Promise<readonly ConsentFinding[]> {
  const corrections = (await registers.corrections()).map(({ change }) => change);
  const findings: ConsentFinding[] = [];
  for (let after = FIRST; ; ) {
    const ids = await check.idsAfter(after, PAGE);
    const [rows, digests, forgotten] = [
      await registers.records(ids),
      await mending.digests(ids),
      await check.forgottenAmong(ids),
    ];
    for (const id of ids.filter((one) => !forgotten.has(one))) {
      const changes = await historyOf(registers, id);
      const row = rows.get(id) as RecordRow;
      if (changes.length === 0) {
        findings.push({ consentId: id, kind: 'missing', version: null });
        continue;
      }
      findings.push(...consentFindings(id, changes, row.fields[VERSIONS]));
      const made = remergeRecord(changes, corrections).digest;
      const isSame =
        Buffer.compare(made, digests.get(id) ?? new Uint8Array()) === 0 &&
        Buffer.compare(made, recordDigest(row.type, row)) === 0;
      if (!isSame) findings.push({ consentId: id, kind: 'record-differs', version: null });
    }
    if (ids.length < PAGE) return findings;
    after = ids.at(-1) as string;
  }
}

/** What the journal holds of a record; nothing where the bytes are no changes any more. */
async function historyOf(registers: RegisterStore, id: string): Promise<readonly RecordChange[]> {
  try {
    return (await registers.historyOf([id])).map(({ change }) => change);
  } catch (error) {
    if (error instanceof MalformedChange) return [];
    throw error;
  }
}
