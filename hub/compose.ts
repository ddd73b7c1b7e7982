import { join } from 'node:path';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { hubIdentityHash } from '@santehaggui/protocols/crypto/hub-identity.ts';
import { ChangesCodec } from '@santehaggui/protocols/frames/codec/codec.ts';
import { freeBytesAt } from '@santehaggui/runtime/health/machine-checks.ts';
import { listenService } from '@santehaggui/runtime/http/listen-service.ts';
import type { Composition } from '@santehaggui/runtime/lifecycle/run-process.ts';
import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { type Refusal, RefusedFrames } from '@santehaggui/runtime/refusals/refused-frames.ts';
import type { Migration } from '@santehaggui/runtime/sql/migrations.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { adminApp } from './admin/admin-app.ts';
import { StatusService } from './admin/status-service.ts';
import { AlertsService } from './alerts/alerts-service.ts';
import { type AttachmentsOptions, AttachmentsService } from './attachments/attachments-service.ts';
import { HubAuditService } from './audit/audit-service.ts';
import { auditRoutes } from './audit-reading/audit-routes.ts';
import type { HubConfig } from './config.ts';
import { consolidate } from './consolidated/consolidated-service.ts';
import { tallyEmergencies } from './consolidated/emergency-tallies.ts';
import { databaseServices } from './database/database-services.ts';
import { createFacilitySchema, viewsHash } from './database/facility-schema.ts';
import type { HubDatabase } from './database/hub-database.ts';
import { notificationService } from './database/notifications.ts';
import type { Sql } from './database/sql.ts';
import { enrolmentRoutes } from './enrolment/enrolment-routes.ts';
import { EnrolmentService } from './enrolment/enrolment-service.ts';
import { type HubKeys, openHubIdentity, replaceTokenKey } from './enrolment/hub-identity.ts';
import { NodeKeyService } from './enrolment/node-key-service.ts';
import { ErasureFile } from './erasure/erasure-file.ts';
import { ErasureService } from './erasure/erasure-service.ts';
import { type Consumer, EmbeddedBus } from './events/embedded-bus.ts';
import { type FacilitiesOptions, FacilitiesService } from './facilities/facilities-service.ts';
import { PlacesService } from './facilities/places-service.ts';
import { certificateCheck } from './http/certificate-check.ts';
import { encryptedOnly, tlsOf } from './http/encrypted-only.ts';
import { hubApp } from './http/hub-app.ts';
import { ExchangeEndpoint } from './ingest/exchange-endpoint.ts';
import { exchangeRoutes } from './ingest/exchange-routes.ts';
import { HelloCounter } from './ingest/hello-counter.ts';
import { IngestService } from './ingest/ingest-service.ts';
import { LineageService } from './ingest/lineage-service.ts';
import { OfferService } from './ingest/offer-service.ts';
import { PostedExchange } from './ingest/posted-exchange.ts';
import { QuarantineService } from './ingest/quarantine-service.ts';
import { RepairService } from './ingest/repair-service.ts';
import { UsbService } from './ingest/usb-service.ts';
import { type DailyWork, dailyJob } from './jobs/daily-job.ts';
import { type KeysOptions, KeysService } from './kms/keys-service.ts';
import { openKms } from './kms/open-kms.ts';
import { createPeople } from './people/create-people.ts';
import { PoliciesService } from './policies/policies-service.ts';
import { proofsPages, proofsRoutes } from './proof/proofs-routes.ts';
import { ProofsService } from './proof/proofs-service.ts';
import { readmissionRoutes } from './readmission/readmission-routes.ts';
import { ReadmissionService } from './readmission/readmission-service.ts';
import { recordRefusal } from './refusals/record-refusal.ts';
import { HubOrigin } from './registers/hub-origin-service.ts';
import { reportsRoutes } from './reports/reports-routes.ts';
import { ReportsService } from './reports/reports-service.ts';
import { DatabaseMark } from './restoration/database-mark.ts';
import { RestorationService } from './restoration/restoration-service.ts';
import { RevocationList } from './revocation/revocation-list.ts';
import { RevocationService } from './revocation/revocation-service.ts';
import { type CopiesOptions, CopiesService } from './routing/copies-service.ts';
import { allHolders, announce, holdersOf } from './routing/delivery-service.ts';
import { auditDisclosures } from './routing/disclosure-service.ts';
import { FeedService } from './routing/feed-service.ts';
import { LoadService } from './routing/load-service.ts';
import { keyChanged, TravellingAccountsService } from './routing/travelling-accounts-service.ts';
import { StaffService } from './staff/staff-service.ts';
import { codeWays } from './telecoms/code-ways.ts';
import { openAggregator } from './telecoms/open-aggregator.ts';
import { type SmsParts, SmsService } from './telecoms/sms-service.ts';
import { unlockRoutes } from './unlocking/unlock-routes.ts';
import { UnlockService } from './unlocking/unlock-service.ts';
import { WitnessService } from './witness/witness-service.ts';

/** What a hub is given besides its configuration. `freePort` is asked only where no Unix socket can be had. */
export type HubParts = {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly freePort: () => Promise<number>;
  readonly version: string;
  readonly registerMigrations: readonly Migration[];
  /** What receives and sends short messages, where there is something. */
  readonly messenger?: Messenger;
};

/** The hub's secrets and its database, as `start` and `migrate` both need them. Call after `sodiumReady()`. */
export async function composeDatabase(config: HubConfig, parts: HubParts) {
  const keys = openHubIdentity(join(config.data, 'identity', 'hub.json'), parts.randomBytes);
  const { url } = config.database;
  const passwordOf = keys.databasePassword;
  return { keys, ...(await databaseServices({ ...parts, directory: config.data, url, passwordOf })) };
}

/** The services of a hub, in the order in which they start. Call after `sodiumReady()`. */
export async function composeHub(config: HubConfig, parts: HubParts): Promise<Composition> {
  const { clock, log, randomBytes, version } = parts;
  const freeBytes = (): number => freeBytesAt(config.data);
  const { keys, logins, database, services } = await composeDatabase(config, parts);
  const incarnation = toHex(randomBytes(6));
  const origin = new HubOrigin({ incarnation, journalKey: keys.journalKey });
  const { sealing, erasures } = composeKeys(config, { database, origin, randomBytes, clock, log });
  const audit = new HubAuditService({ database, keys: keys.sign, clock });
  const { bus, jobs, copies } = composeEvents(
    { database, origin, audit, keepDays: config.copies.keepDays, clock, log },
    { name: 'moves', run: () => places.daily() },
    { name: 'keys', run: () => sealing.daily() },
    { name: 'erasures', run: () => erasures.daily() },
  );
  const onKeyChanged = keyChanged({ bus, clock });
  const enrolment = new EnrolmentService({ database, keys, audit, onKeyChanged, randomBytes, clock, log });
  const tokens = tokensOf(config, keys, randomBytes);
  const aggregator = openAggregator(config.sms);
  const messenger = parts.messenger ?? aggregator?.messenger;
  const people = createPeople({
    ...{ database, ...tokens, audit, clock, log, name: config.http.name },
    ways: codeWays(config, messenger),
  });
  const proofs = new ProofsService({ database, clock, log });
  const { policies, facilities, places } = composeRegistry({
    ...{ database, origin, enrolment, proofs, copies, clock, log },
    ...{ schemas: schemasOf(database, parts), publicKey: keys.sign.publicKey },
  });
  const links = composeLinks(config, parts, {
    ...{ keys, incarnation, database, origin, bus, enrolment, facilities, places, proofs, audit, messenger },
    sealing,
  });
  const { exchange, restoration, revocation, unlocking, usb, witness } = links;
  const quarantine = new QuarantineService({ database, bus, clock, log });
  const notifications = composeNotifications({ connection: logins.service, exchange, bus, clock, log });
  const reports = new ReportsService(database);
  const emergencies = () => reports.recentEmergencies(clock.now());
  const findNode = (node: number) => enrolment.findNode(node);
  const nodeKeys = new NodeKeyService({ database, keys, findNode, audit, onKeyChanged, clock, log });
  const routes = [
    ...enrolmentRoutes(keys.identity, enrolment, nodeKeys),
    ...unlockRoutes(unlocking),
    ...people.routes,
    ...[...proofsRoutes({ proofs }), ...reportsRoutes(reports, clock)],
    ...[...auditRoutes(audit), ...readmissionRoutes(links.readmission)],
    ...[...exchangeRoutes(new PostedExchange({ exchange, randomBytes, clock })), ...(aggregator?.routes ?? [])],
  ];
  const http = listenService({
    name: 'http',
    ...encryptedOnly(
      hubApp({
        ...{ routes, users: people.users, audit, version, clock, log, limiters: database.limiters() },
        pages: [...proofsPages({ proofs, ...people, audit, clock }), ...people.pages],
        trustedProxies: config.http.trustedProxies,
      }),
      exchange.onUpgrade,
    ),
    ...{ at: config.http, ...tlsOf(config.http), clock, log },
  });
  const url = (): string => urlOf(http.address());
  const status = new StatusService({
    ...{ version, facilities, bus },
    quarantined: () => quarantine.count(),
    ...{ connected: () => exchange.connected().size, lastRestoration: () => restoration.last() },
    ...{ proofs: () => proofs.lines(), findings: () => witness.findings() },
    emergencies: async () => ({ tallies: await emergencies(), overLimit: await copies.overLimit() }),
    ...{ withoutRoom: () => links.attachments.full(), keys: () => sealing.status() },
    passkeyless: async () => (config.http.name === undefined ? people.users.countMinistry() : 0),
    certificate: () => certificateCheck({ url: url(), name: config.http.name, nowMs: clock.now() }),
    ...{ url, freeBytes, clock },
  });
  const socketPath = join(config.data, 'admin.sock');
  const admin = listenService({
    name: 'admin',
    app: adminApp(
      {
        ...{ status, facilities, places, users: people.users, usb, quarantine, unlocking, revocation, witness, audit },
        ...{ policies, erasures, emergencies, staff: new StaffService({ database, origin, clock, log }) },
        keys: sealing,
      },
      { clock, log },
    ),
    at: { socketPath },
    clock,
    log,
  });
  return {
    // The exchange stops before the server whose connections it took over.
    services: [
      ...[...services, restoration.service(), revocation.service(), notifications, bus.service(), ...jobs],
      ...[http, exchange.service(), ...links.sms, admin],
    ],
    addresses: () => ({ url: url(), adminSocket: socketPath }),
    isAlive: async () => (await status.status()).health !== 'failing',
  };
}

/** The facilities, what their roles may do, and where they belong. */
function composeRegistry({
  copies,
  ...options
}: Omit<FacilitiesOptions, 'onShared'> & { readonly copies: CopiesService }) {
  const policies = new PoliciesService(options);
  const facilities = new FacilitiesService({ ...options, onShared: policies.give });
  const endCopies = (facility: string): Promise<number> => copies.endUnasked(facility);
  return { policies, facilities, places: new PlacesService({ ...options, share: facilities.shareAgain, endCopies }) };
}

/** Frames that are refused, on every carrier, into the hub's audit trail. */
function composeRefusals({
  database,
  audit,
  clock,
  log,
}: Pick<CopiesOptions, 'database' | 'clock' | 'log'> & { readonly audit: HubAuditService }): RefusedFrames {
  const recorded = (refusal: Refusal) =>
    database.transaction((sql) => recordRefusal(sql, refusal, { atMs: clock.now(), audit }));
  return new RefusedFrames({ clock, log, recordRefusal: recorded });
}

/** Wakes whoever waits for what a transaction of this or another process has written. */
function composeNotifications({
  connection,
  exchange,
  bus,
  clock,
  log,
}: Pick<HubParts, 'clock' | 'log'> & {
  readonly connection: Parameters<typeof notificationService>[0]['connection'];
  readonly exchange: ExchangeEndpoint;
  readonly bus: EmbeddedBus;
}): Service {
  return notificationService({
    connection,
    listeners: { hub_feed: (facility) => exchange.wake(facility), hub_outbox: () => bus.wake() },
    onConnected: () => {
      exchange.wake();
      bus.wake();
    },
    clock,
    log,
  });
}

/** The keys that documents are sealed under, and erasures, which destroy them. */
function composeKeys(
  { kms, data }: HubConfig,
  { origin, ...parts }: Omit<KeysOptions, 'kms' | 'isSealedElsewhere'> & { readonly origin: HubOrigin },
) {
  const sealing = new KeysService({ ...openKms(kms, { data, ...parts }), ...parts });
  const file = new ErasureFile(join(data, 'identity', 'erasures.jsonl'));
  return { sealing, erasures: new ErasureService({ ...parts, file, keys: sealing, origin, holdersOf }) };
}

type LinkNeeds = {
  /** What receives and sends short messages, where there is something. */
  readonly messenger: Messenger | undefined;
  readonly keys: HubKeys;
  readonly incarnation: string;
  readonly database: HubDatabase;
  readonly origin: HubOrigin;
  readonly bus: EmbeddedBus;
  readonly enrolment: EnrolmentService;
  readonly facilities: FacilitiesService;
  readonly places: PlacesService;
  readonly proofs: ProofsService;
  readonly audit: HubAuditService;
  /** Keeps the keys that attachments are sealed under. */
  readonly sealing: AttachmentsOptions['keys'];
};

/** All that speaks with nodes, over any carrier. */
function composeLinks(config: HubConfig, { clock, log, randomBytes }: HubParts, needs: LinkNeeds) {
  const { keys, incarnation, database, origin, bus, enrolment, facilities, places, proofs, audit } = needs;
  const freeBytes = (): number => freeBytesAt(config.data);
  const attachments = new AttachmentsService({
    ...{ ...config.attachments, database, keys: needs.sealing, holdersOf: allHolders, announce, freeBytes, log },
  });
  const restoration = new RestorationService({ database, mark: markOf(config), randomBytes, clock, log });
  const onLast = async (sql: Sql, code: string): Promise<void> => {
    await places.takeBack(sql, code);
    await facilities.shareAgain(sql, code);
  };
  const offers = new OfferService({ database, origin, restoration, bus, onLast, clock, log });
  const ingest = new IngestService({ database, origin, bus, clock, log });
  const mending = { database, journalKey: keys.journalKey, bus, onMended: proofs.mended, clock, log };
  const repairs = new RepairService(mending);
  const feed = new FeedService(database);
  const loads = new LoadService({ database, clock, log });
  const findNode = (node: number) => enrolment.findNode(node);
  const revocation: RevocationService = new RevocationService({
    ...{ database, ingest, clock, log, seal: keys.seal, onKeyChanged: keyChanged({ bus, clock }) },
    list: new RevocationList(join(config.data, 'identity', 'revoked.json')),
    disconnect: (facility) => exchange.disconnect(facility),
  });
  const ends = {
    ...{ findNode, former: revocation.former, ingest, feed, loads, restoration, clock, log, randomBytes },
    ...{ codec: new ChangesCodec(), refusals: composeRefusals({ database, audit, clock, log }) },
  };
  const witness = new WitnessService({ database, trail: audit, keys: keys.sign, clock, log });
  const exchange = new ExchangeEndpoint({
    ...{ ...ends, offers, repairs, proofs, witness, attachments, database },
    lineage: new LineageService(database, loads, clock),
    hellos: new HelloCounter(incarnation, randomBytes),
  });
  const usb = new UsbService({ ...ends, witness, attachments, keys, incarnation, nodes: () => enrolment.nodes() });
  const sms = composeSms({ ...ends, messenger: needs.messenger });
  const readmission = new ReadmissionService({
    ...{ database, keys, enrolment, facilities, restoration, former: revocation.former, audit, log },
  });
  const unlocking = new UnlockService({ database, keys, findNode, audit, clock, log });
  return { exchange, restoration, revocation, unlocking, usb, sms, witness, readmission, attachments };
}

/** How long what was given in an emergency may stay after its time at most, where the node is connected. */
const OFTEN_MS = 5 * 60_000;

/** What follows from changes once they are safe, and what is done every day. */
function composeEvents(
  { audit, ...options }: CopiesOptions & { readonly audit: HubAuditService },
  ...works: readonly DailyWork[]
): { readonly bus: EmbeddedBus; readonly jobs: readonly Service[]; readonly copies: CopiesService } {
  const { database, clock, log } = options;
  const copies = new CopiesService(options);
  const alerts = new AlertsService(options);
  const accounts = new TravellingAccountsService(options);
  const consumers: Consumer[] = [
    consolidate,
    tallyEmergencies,
    (sql, events) => alerts.raise(sql, events),
    (sql, events) => copies.endWithdrawn(sql, events),
    (sql) => auditDisclosures(sql, audit),
    (sql, events) => accounts.follow(sql, events),
  ];
  return {
    bus: new EmbeddedBus({ database, consumers, clock, log }),
    jobs: [
      dailyJob({ works: [...works, { name: 'copies', run: () => copies.daily() }], clock, log }),
      dailyJob({
        works: [
          { name: 'emergencies', run: () => copies.endEmergencies() },
          { name: 'disclosures', run: () => database.transaction((sql) => auditDisclosures(sql, audit)) },
        ],
        ...{ clock, log, everyMs: OFTEN_MS },
      }),
    ],
    copies,
  };
}

/** The receiving end of short messages, where the hub has something to receive them with. */
function composeSms({
  messenger,
  randomBytes,
  ...parts
}: Omit<SmsParts, 'messenger' | 'counters'> & {
  readonly messenger: Messenger | undefined;
  readonly randomBytes: (count: number) => Uint8Array;
}): readonly Service[] {
  if (messenger === undefined) return [];
  // Counters of its own: with an incarnation of their own none is used twice under a key.
  const counters = new HelloCounter(toHex(randomBytes(6)), randomBytes);
  return [new SmsService({ ...parts, messenger, counters })];
}

function schemasOf(database: HubDatabase, { registerMigrations: migrations, clock, log }: HubParts) {
  return {
    make: (facility: string) => createFacilitySchema(facility, { admin: database.admin, migrations, clock, log }),
    version: migrations.length,
    viewsHash: viewsHash(),
  };
}

function markOf({ data }: HubConfig): DatabaseMark {
  return new DatabaseMark(join(data, 'identity', 'database-mark.json'));
}

/** Who signs people's tokens, and how their key is replaced. */
function tokensOf({ data }: HubConfig, { identity, token }: HubKeys, randomBytes: (count: number) => Uint8Array) {
  const path = join(data, 'identity', 'hub.json');
  return {
    issuer: { hub: hubIdentityHash(identity), ...token },
    replaceTokenKey: (untilMs: number | undefined) => replaceTokenKey(path, { randomBytes, untilMs }),
  };
}

function urlOf(address: ReturnType<ReturnType<typeof listenService>['address']>): string {
  if (!('url' in address)) return address.socketPath;
  // "Every address" is no address that somebody could call.
  return address.url.replace('://0.0.0.0:', '://127.0.0.1:').replace('://[::]:', '://[::1]:');
}
