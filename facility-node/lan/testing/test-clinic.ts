import { randomBytes } from 'node:crypto';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import {
  type SignKeys,
  sealKeysFromSeed,
  signKeysFromSeed,
  sodiumReady,
} from '@santehaggui/protocols/crypto/sodium.ts';
import { facility as facilityType } from '@santehaggui/protocols/records/facility.ts';
import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import type { PasswordCost } from '@santehaggui/runtime/passwords/password.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import type { RecordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { createAccess } from '../../access/create-access.ts';
import type { RecordAccess } from '../../access/record-access.ts';
import { AuditProofService } from '../../audit/audit-proof-service.ts';
import { AuditService } from '../../audit/audit-service.ts';
import type { BrokerDevicesService } from '../../broker/broker-devices-service.ts';
import type { BrokerService } from '../../broker/broker-service.ts';
import { createBroker } from '../../broker/create-broker.ts';
import { CertificateService } from '../../certificates/certificate-service.ts';
import type { ContentScanner } from '../../documents/malware-scanner.ts';
import { createEmergencyAccess } from '../../emergency-access/create-emergency-access.ts';
import type { EmergencyAccessService } from '../../emergency-access/emergency-access-service.ts';
import type { EmergencyNoticeService } from '../../emergency-access/emergency-notice-service.ts';
import { DeviceService } from '../../enrolled-devices/device-service.ts';
import type { DeviceParts } from '../../enrolled-devices/devices-routes.ts';
import { createStaff } from '../../factors/create-staff.ts';
import type { PasskeyKeys, PasskeyService } from '../../factors/passkey-service.ts';
import type { PhoneFactorService } from '../../factors/phone-factor-service.ts';
import { patientIndexer } from '../../patients/patient-index.ts';
import { createTravelling } from '../../people/create-travelling.ts';
import type { PeopleService } from '../../people/people-service.ts';
import type { SessionService } from '../../people/session-service.ts';
import type { SignInService } from '../../people/sign-in-service.ts';
import type { TravellingAccounts } from '../../people/travelling-accounts.ts';
import { WeeklyReportService } from '../../reports/weekly-report-service.ts';
import { AttachmentStore } from '../../store/attachment-store.ts';
import { EmergencyGrants } from '../../store/emergency-grants.ts';
import type { RecordStore } from '../../store/record-store.ts';
import { openTestStore, type TestStore } from '../../store/testing/test-store.ts';
import { SurveillanceService } from '../../surveillance/surveillance-service.ts';
import { lanService } from '../lan-service.ts';
import type { PlainHttp } from '../plain-http.ts';

/** An answer of the API. */
export type TestAnswer = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answered and says what it expects of it.
  readonly body: any;
  readonly bytes: Uint8Array;
};

/** What a request carries. */
export type TestRequest = {
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Sends one request as somebody. */
export type TestClient = (method: string, path: string, request?: TestRequest) => Promise<TestAnswer>;

/** A facility's LAN API over real HTTP, on a real encrypted store. */
export type TestClinic = AsyncDisposable & {
  readonly node: TestStore;
  readonly store: RecordStore;
  readonly attachments: AttachmentStore;
  readonly clock: FakeClock;
  readonly log: RecordingLog;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly auditProofs: AuditProofService;
  readonly people: PeopleService;
  readonly travelling: TravellingAccounts;
  /** The node's key (X25519, hexadecimal) that verifiers are sealed to. */
  readonly ownKey: string;
  readonly sessions: SessionService;
  readonly signIn: SignInService;
  readonly phones: PhoneFactorService;
  readonly passkeys: PasskeyService;
  readonly reports: WeeklyReportService;
  readonly emergencies: EmergencyAccessService;
  readonly notices: EmergencyNoticeService;
  /** Not running until the test runs it. */
  readonly broker: BrokerService;
  readonly brokerDevices: BrokerDevicesService;
  readonly devices: DeviceService;
  readonly certificates: CertificateService;
  /** For `clinicRoutes`. */
  readonly deviceParts: DeviceParts;
  readonly url: string;
  /** Ids of the Facility records: this one, the one it refers to, and a third. */
  readonly facilities: { readonly own: string; readonly target: string; readonly other: string };
  /** Makes an account of that role (login = role) and signs it in. */
  readonly as: (role: Role) => Promise<TestClient>;
  readonly anonymous: TestClient;
};

/** The password of every account of a test clinic. */
export const TEST_PASSWORD = 'Baobab-Niger-Kora';

/** The least that Argon2 takes: most tests are not about passwords. */
const CHEAP: PasswordCost = { memoryKiB: 8, passes: 1, lanes: 1 };

/** Opens a clinic `cscom_sangha`, or another facility with a node and a record of its own; `await using` stops it. */
export async function openTestClinic({
  isEnrolled = true,
  passwordCost = CHEAP,
  clock = new FakeClock(),
  plainHttp = 'loopback',
  areDevicesRequired = false,
  isPaced = false,
  scanner,
  messenger,
  passkeyKeys,
  other,
}: {
  readonly other?: { readonly code: string; readonly node: number; readonly recordId: string };
  readonly plainHttp?: PlainHttp;
  readonly areDevicesRequired?: boolean;
  readonly scanner?: ContentScanner;
  /** Whether staff on this very machine are held to a pace too. */
  readonly isPaced?: boolean;
  readonly messenger?: Messenger;
  readonly passkeyKeys?: PasskeyKeys;
  readonly isEnrolled?: boolean;
  readonly passwordCost?: PasswordCost;
  readonly clock?: FakeClock;
} = {}): Promise<TestClinic> {
  await sodiumReady();
  const facility = {
    code: other?.code ?? 'cscom_sangha',
    name: 'CSCOM de Sangha',
    recordId: () => (isEnrolled ? (other?.recordId ?? facilities.own) : null),
  };
  const identity = testIdentity();
  const accounts = createTravelling({ identity, clock, facility });
  const node = await openTestStore({ indexers: [patientIndexer(), accounts.indexer], clock, node: other?.node ?? 1 });
  const { store, log } = node;
  const attachments = new AttachmentStore(store);
  const facilities: TestClinic['facilities'] = makeFacilities(store);
  const audit = new AuditService({ db: store.db, clock, emergencies: new EmergencyGrants({ store, clock }) });
  const auditProofs = new AuditProofService({
    ...{ store, clock, facility: facility.code },
    signer: () => ({ node: 1, keys: signKeysFromSeed(Buffer.alloc(32, 1)), hubKey: testHubKeys().publicKey }),
  });
  const access = createAccess({ store, audit, clock, facility });
  const devices = new DeviceService({ db: store.db, audit, clock, isRequired: areDevicesRequired });
  const certificates = new CertificateService({
    ...{ facility, clock, log: log.log },
    db: store.db,
    file: node.directory.lanCertificateFile,
    configuredNames: [],
    host: () => ({ hostname: 'poste', addresses: ['192.168.1.10'] }),
  });
  certificates.refresh();
  const travelling = accounts.service({ store, audit });
  const staff = createStaff({
    ...{ store, audit, clock, facility, travelling, passwordCost, devices, rights: access.permissions, messenger },
    ...(passkeyKeys === undefined ? {} : { passkeyKeys }),
  });
  const { people } = staff;
  const surveillance = new SurveillanceService({ db: store.db });
  const reports = new WeeklyReportService({ surveillance, facility, store, clock });
  const { emergencies, notices } = createEmergencyAccess({
    ...{ store, audit, access, facility, messenger, clock, log: log.log, config: { hours: 4, reviewDays: 7 } },
  });
  const mqtt = createBroker({
    ...{ db: store.db, audit, clock, facility, access, sessions: staff.sessions, log: log.log },
    certificate: () => certificates.serving(),
    config: { lan: { host: '127.0.0.1', port: 0 }, broker: { plain: 'loopback', port: 1883, tlsPort: 8883 } },
  });
  const lan = lanService({
    at: { host: '127.0.0.1', port: 0 },
    ...{ plainHttp, certificates, devices, isPaced: () => isPaced, scanner },
    ...{ store, attachments, audit, access, auditProofs, ...staff, reports, emergencies, facility, clock },
    ...{ log: log.log, version: '0.1.0', messenger, takeMqtt: mqtt.take },
  });
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const running = lan.run({ signal: stop.signal, ready: () => ready.resolve() });
  await Promise.race([ready.promise, running]);
  const bound = lan.address();
  if (!('url' in bound)) throw new TypeError('the LAN service listens on a port');
  const anonymous = clientOf(bound.url, undefined);
  return {
    ...{ node, store, attachments, clock, log, audit, access, auditProofs, travelling, reports, devices, certificates },
    ...{ ...staff, ...mqtt, emergencies, notices, facilities, anonymous },
    ownKey: toHex(identity.sealKeys().publicKey),
    deviceParts: { devices, invitationOf: lan.invitationOf },
    url: bound.url,
    as: async (role) => {
      await people.createAccount({
        login: role,
        password: TEST_PASSWORD,
        role: role as 'nurse',
        familyName: 'Dolo',
        givenName: role,
      });
      const { body } = await anonymous('POST', '/api/v1/sessions', { body: { login: role, password: TEST_PASSWORD } });
      return clientOf(bound.url, body.accessToken as string);
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      await node[Symbol.asyncDispose]();
    },
  };
}

/** A client that bears a token, or none. */
export function clientOf(url: string, accessToken: string | undefined): TestClient {
  return async (method, path, { body, key, headers = {} } = {}) => {
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        ...(body === undefined || isBytes ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const bytes = await response.bytes();
    const text = Buffer.from(bytes).toString();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text, bytes };
  };
}

function testIdentity() {
  const sealKeys = sealKeysFromSeed(new Uint8Array(randomBytes(32)));
  return { openingKeys: () => [sealKeys], sealKeys: () => sealKeys };
}

function makeFacilities(store: RecordStore): TestClinic['facilities'] {
  return store.transact({ author: null, role: 'system' }, (tx) => {
    const target = tx.create(facilityType, {
      code: 'csref_djenne',
      name: 'CSRéf de Djenné',
      kind: 'csref',
      region: 'Mopti',
    });
    const other = tx.create(facilityType, {
      code: 'sih_mopti',
      name: 'Hôpital de Mopti',
      kind: 'hospital',
      region: 'Mopti',
    });
    const own = tx.create(facilityType, {
      code: 'cscom_sangha',
      name: 'CSCOM de Sangha',
      region: 'Mopti',
      referralTarget: target,
    });
    return { own, target, other };
  });
}

/** The keys of the hub that countersigns for a test clinic. */
export function testHubKeys(): SignKeys {
  return signKeysFromSeed(Buffer.alloc(32, 2));
}
