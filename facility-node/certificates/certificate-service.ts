import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { issueAuthority, issueServerCertificate } from '@santehaggui/runtime/certificates/issue-certificate.ts';
import { writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import type { TlsCertificate } from '@santehaggui/runtime/http/shared-port.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { AuthorityStore, type StoredAuthority } from './authority-store.ts';
import { type Host, isBelowNames, isInNetworks, type LanNames, lanNames, PRIVATE_NETWORKS } from './lan-names.ts';

/** What the service is made of. */
export type CertificateOptions = {
  readonly db: ConstructorParameters<typeof AuthorityStore>[0];
  /** Where the server's key and certificate lie: one file, so that they are always of one another. */
  readonly file: string;
  readonly facility: { readonly code: string; readonly name: string };
  /** Names that the facility's own network gives this node, from the configuration. */
  readonly configuredNames: readonly string[];
  readonly host: () => Host;
  readonly clock: Clock;
  readonly log: Log;
};

/** The authority as it is shown and handed out. */
export type AuthorityCard = {
  readonly name: string;
  readonly pem: string;
  readonly der: Uint8Array;
  /** SHA-256 of the certificate as phones show it: `AB:CD:…`. */
  readonly fingerprint: string;
};

/** What `doctor` looks at. */
export type CertificateState = {
  readonly names: LanNames;
  readonly notAfterMs: number;
  /** Names and addresses of this machine that the authority was not made for. */
  readonly uncovered: readonly string[];
};

const DAY_MS = 24 * 3600_000;
/** No clock is right that says less: the month in which this was written. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);
const AUTHORITY_YEARS = 20;
/** Systems refuse server certificates of much longer lives, even of authorities that their owner added (Apple: 825 days). */
const SERVER_DAYS = 180;
const RENEW_DAYS = 60;
/** For tablets whose clocks are late. */
const BACKDATED_DAYS = 7;

/**
 * The facility's own authority and the certificate that the LAN is served with. The authority is made once and travels with
 * the database's backups, so that tablets which trust it go on after a repair; the certificate is made anew when it grows old,
 * when the machine is called or reached otherwise, and when its dates cannot be right.
 */
export class CertificateService {
  readonly #options: CertificateOptions;
  readonly #store: AuthorityStore;
  #authority: StoredAuthority | undefined;
  #serving: TlsCertificate | null = null;

  constructor(options: CertificateOptions) {
    this.#options = options;
    this.#store = new AuthorityStore(options.db);
  }

  /** Makes what is missing and renews what has to be; to be called at the start and every so often. */
  refresh(): void {
    this.#authority ??= this.#store.current() ?? this.#newAuthority();
    this.#serving ??= readServerCertificate(this.#options.file);
    if (this.#serving === null || this.#mustRenew(this.#serving.cert, this.#authority)) this.#issue(this.#authority);
  }

  /** Makes a new authority in place of the old: every device has to be enrolled anew. */
  replaceAuthority(): void {
    this.#authority = this.#newAuthority();
    this.#issue(this.#authority);
  }

  /** The certificate to serve with; null before the first {@link refresh}. */
  serving(): TlsCertificate | null {
    return this.#serving;
  }

  /** The authority to install on devices. */
  card(): AuthorityCard {
    const { certificate } = this.#known();
    const { raw, fingerprint256, subject } = new X509Certificate(certificate);
    return { name: subject.replace(/^CN=/, ''), pem: certificate, der: raw, fingerprint: fingerprint256 };
  }

  /** What is served, for how long, and what it cannot stand for. */
  state(): CertificateState {
    const { permitted } = this.#known();
    const wanted = this.#wanted();
    const covered = coveredBy(wanted, permitted);
    const notAfterMs = this.#serving === null ? 0 : Date.parse(new X509Certificate(this.#serving.cert).validTo);
    const uncovered = [
      ...wanted.names.filter((name) => !covered.names.includes(name)),
      ...wanted.addresses.filter((address) => !covered.addresses.includes(address)),
    ];
    return { names: covered, notAfterMs, uncovered };
  }

  #known(): StoredAuthority {
    if (this.#authority === undefined) throw new TypeError('refresh() comes first');
    return this.#authority;
  }

  #wanted(): LanNames {
    const { facility, host, configuredNames } = this.#options;
    return lanNames(facility.code, host(), configuredNames);
  }

  #newAuthority(): StoredAuthority {
    const { facility, clock, log } = this.#options;
    const nowMs = clock.now();
    const permitted = { names: this.#wanted().names, networks: PRIVATE_NETWORKS };
    const authority = issueAuthority({
      commonName: `${facility.name} (SanteHaggui)`,
      permitted,
      notBefore: EARLIEST_MS,
      notAfter: Math.max(nowMs, EARLIEST_MS) + AUTHORITY_YEARS * 365 * DAY_MS,
    });
    this.#store.replace({ ...authority, permitted }, nowMs);
    log.info('certificates.authority-made', { names: permitted.names.length });
    return { ...authority, permitted };
  }

  #mustRenew(pem: string, authority: StoredAuthority): boolean {
    const nowMs = this.#options.clock.now();
    const certificate = new X509Certificate(pem);
    if (!certificate.checkIssued(new X509Certificate(authority.certificate))) return true;
    if (Date.parse(certificate.validTo) - nowMs < RENEW_DAYS * DAY_MS || Date.parse(certificate.validFrom) > nowMs) {
      return true;
    }
    const { names, addresses } = coveredBy(this.#wanted(), authority.permitted);
    // What it stands for beyond that does no harm: an address that comes and goes must not cost a certificate each time.
    return (
      names.some((name) => certificate.checkHost(name) === undefined) ||
      addresses.some((address) => certificate.checkIP(address) === undefined)
    );
  }

  #issue(authority: StoredAuthority): void {
    const { file, clock, log } = this.#options;
    const nowMs = clock.now();
    const { names, addresses } = coveredBy(this.#wanted(), authority.permitted);
    const { certificate, privateKey } = issueServerCertificate({
      ...{ authority, names, addresses },
      commonName: names[0] ?? 'localhost',
      notBefore: nowMs - BACKDATED_DAYS * DAY_MS,
      notAfter: nowMs + SERVER_DAYS * DAY_MS,
    });
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeSecretFile(file, certificate + privateKey);
    this.#serving = { cert: certificate, key: privateKey };
    log.info('certificates.issued', { names, addresses });
  }
}

/** Reads a server's certificate and key as {@link CertificateService} writes them; null when there is none to be read. */
export function readServerCertificate(file: string): TlsCertificate | null {
  try {
    const text = readFileSync(file, 'utf8');
    const [cert] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/.exec(text) ?? [];
    const [key] = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----\n/.exec(text) ?? [];
    if (cert === undefined || key === undefined) return null;
    new X509Certificate(cert);
    return { cert, key };
  } catch {
    return null;
  }
}

function coveredBy({ names, addresses }: LanNames, permitted: StoredAuthority['permitted']): LanNames {
  return {
    names: names.filter((name) => isBelowNames(name, permitted.names)),
    addresses: addresses.filter((address) => isInNetworks(address, permitted.networks)),
  };
}
