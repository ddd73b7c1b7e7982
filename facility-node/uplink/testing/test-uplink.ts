import { randomBytes } from 'node:crypto';
import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditProofService } from '../../audit/audit-proof-service.ts';
import { createAuditTrail } from '../../audit-reading/audit-parts.ts';
import { attachmentIndexer } from '../../store/attachment-indexer.ts';
import { AttachmentStore } from '../../store/attachment-store.ts';
import { DigestStore } from '../../store/digest-store.ts';
import { JournalStore } from '../../store/journal-store.ts';
import { IdentityKeeper, newNodeIdentity, writeNodeIdentity } from '../../store/node-identity.ts';
import { RecordStore } from '../../store/record-store.ts';
import { openTestStore, type TestStore } from '../../store/testing/test-store.ts';
import type { FakeHub } from '../carriers/https/fake-hub.ts';
import { httpsCarrier } from '../carriers/https/https-carrier.ts';
import { HubTls } from '../carriers/https/hub-tls.ts';
import { EnrolmentClient } from '../enrolment-client.ts';
import { type UplinkConfig, UplinkService } from '../uplink-service.ts';

/** A node's uplink in a test: real store, real sockets, the machine's clock for what waits. */
export type TestUplink = AsyncDisposable & {
  readonly node: TestStore;
  readonly store: RecordStore;
  readonly journal: JournalStore;
  readonly attachments: AttachmentStore;
  readonly identity: IdentityKeeper;
  readonly proofs: AuditProofService;
  readonly uplink: UplinkService;
  readonly enrolment: EnrolmentClient;
  /** Enrols at the hub and starts the service. */
  join(hub: FakeHub): Promise<void>;
};

const QUICK: UplinkConfig = {
  maxFrameBytes: 131_072,
  gatherMs: 1,
  keepaliveSeconds: 30,
  timeoutSeconds: 20,
  retryMaxSeconds: 1,
  fetchMegabytes: 2,
};

/** Makes a node for the facility `cscom_sangha`, not started and not enrolled. */
export async function openTestUplink(
  config: Partial<UplinkConfig> = {},
  { isWitness = false }: { readonly isWitness?: boolean } = {},
): Promise<TestUplink> {
  await sodiumReady();
  const node = await openTestStore({ node: 1 });
  const { directory, db, timekeeper, clock, log: recording } = node;
  const { log } = recording;
  writeNodeIdentity(
    directory.identityFile,
    newNodeIdentity({ code: 'cscom_sangha', name: 'CSCOM de Sangha' }, randomBytes),
  );
  const identity = new IdentityKeeper(directory);
  const incarnation = '0a0b0c0d0e0f';
  const { node: number, journalKey } = identity.current();
  const origin = { node: number, incarnation, journalKey: fromHex(journalKey) };
  const store = new RecordStore({ db, origin, timekeeper, clock, indexers: [attachmentIndexer()] });
  const attachments = new AttachmentStore(store);
  const journal = new JournalStore({ store, timekeeper, log });
  const tls = new HubTls({ isClockTrusted: () => timekeeper.isTrusted(), clock: systemClock });
  const { proofs, witness } = createAuditTrail({ store, identity, journal, consentFaults: () => 0, clock, log });
  const uplink = new UplinkService({
    ...(isWitness ? { witness } : {}),
    config: { ...QUICK, ...config },
    identity,
    incarnation,
    store,
    journal,
    attachments,
    digests: new DigestStore(db),
    timekeeper,
    carrier: httpsCarrier({
      clock: systemClock,
      log,
      tls,
    }),
    clock: systemClock,
    log,
    random: () => 0.01,
    randomBytes,
  });
  const onEnrolled = (): void => uplink.wake();
  const enrolment = new EnrolmentClient({ identity, timekeeper, clock, log, timeoutMs: 5000, tls, onEnrolled });
  const stopping = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  return {
    node,
    store,
    journal,
    attachments,
    identity,
    proofs,
    uplink,
    enrolment,
    join: async (hub) => {
      await enrolment.enrol({ hubUrl: hub.url, token: hub.token('cscom_sangha') });
      ended = uplink.run({ signal: stopping.signal, ready: () => {} });
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await ended;
      await node[Symbol.asyncDispose]();
    },
  };
}
