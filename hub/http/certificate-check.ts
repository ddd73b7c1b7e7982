import { once } from 'node:events';
import { connect } from 'node:tls';
import type { HealthCheck } from '@santehaggui/protocols/api/admin-api.ts';

/** Where the hub serves, and by which name people and nodes open it. */
export type ServedAt = {
  readonly url: string;
  readonly name: string | undefined;
  readonly nowMs: number;
  /** Instead of the authorities that everybody knows: for tests. */
  readonly authority?: string;
};

const DAY_MS = 24 * 3600_000;
const WARN_DAYS = 21;
const ANSWER_WITHIN_MS = 3000;

/**
 * Whether the certificate that the hub shows is one that browsers and nodes accept by themselves: of an authority that everybody knows, for
 * the name that they open, and for some weeks to come (ASVS 5.0, 12.2.2). The hub asks itself, as they would; undefined where it serves
 * no TLS: then a proxy before it shows another.
 */
export async function certificateCheck({ url, name, nowMs, authority }: ServedAt): Promise<HealthCheck | undefined> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'https:') return undefined;
  const found = await shown({ host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port), name, authority }).catch(
    (error: unknown) => ({ problem: (error as Error).message, endsMs: Number.POSITIVE_INFINITY }),
  );
  const days = Math.floor((found.endsMs - nowMs) / DAY_MS);
  const remedy =
    'Donnez-en un autre (http.tlsCertificate, http.tlsKey), d’une autorité publique et au nom http.name, et relancez le hub.';
  if (found.problem !== undefined)
    return {
      name: 'certificate',
      state: 'degraded',
      detail: `les navigateurs et les nœuds refusent ce certificat (${found.problem}), sauf ceux à qui son autorité fut donnée (uplink.authority)`,
      remedy,
    };
  if (days < WARN_DAYS)
    return { name: 'certificate', state: 'degraded', detail: `ne vaut plus que ${days} jour(s)`, remedy };
  return { name: 'certificate', state: 'ok', detail: `d’une autorité publique, encore ${days} jours` };
}

type Asked = {
  readonly host: string;
  readonly port: number;
  readonly name: string | undefined;
  readonly authority: string | undefined;
};

/** What is wrong with the certificate for who opens that name, and until when it is good. */
async function shown({ host, port, name = 'localhost', authority }: Asked) {
  const socket = connect({
    ...{ host, port, servername: name, rejectUnauthorized: false },
    ...(authority === undefined ? {} : { ca: authority }),
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const { authorizationError: error } = socket;
    const problem = socket.authorized ? undefined : error instanceof Error ? error.message : String(error);
    return { problem, endsMs: Date.parse(socket.getPeerCertificate().valid_to) };
  } finally {
    socket.destroy();
  }
}
