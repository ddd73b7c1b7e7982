import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';

/** What TLS to the hub needs. */
export type HubTlsOptions = {
  /** The authority that signed the hub's certificate, in PEM; without it those that Node knows. */
  readonly authority?: string;
  /** Whether this node's clock can judge the dates of a certificate. */
  readonly isClockTrusted: () => boolean;
  readonly clock: Clock;
};

/** A ticket is worth so much of the handshake, but a fresh key exchange must come once a day. */
const TICKET_LIFE_MS = 24 * 3600_000;
/**
 * The day's first handshake pays 2.3 kB for a key exchange that a quantum computer of the future cannot undo, because health
 * data must stay secret for decades. Resumed sessions mix in the secret of that handshake (RFC 8446 §7.1, PSK with (EC)DHE), so
 * that X25519 alone keeps what it bought and a reconnection over 2G costs a kilobyte.
 */
const FIRST_GROUPS = 'X25519MLKEM768:X25519:P-256';
const RESUMED_GROUPS = 'X25519:P-256';
const DATE_PROBLEMS: ReadonlySet<string> = new Set(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED']);

/**
 * TLS 1.3 connections to the hub, resumed with tickets. A certificate's dates are judged only while the node knows the time:
 * after weeks without power it would else refuse the very hub that tells it. Nothing depends on TLS alone: frames are sealed
 * to the hub that the enrolment token named.
 */
export class HubTls {
  readonly #options: HubTlsOptions;
  readonly #tickets = new Map<string, { readonly session: Buffer; readonly fullHandshakeMs: number }>();

  constructor(options: HubTlsOptions) {
    this.#options = options;
  }

  /** Connects as `tls.connect` does. */
  connect(options: ConnectionOptions): TLSSocket {
    const { authority, isClockTrusted, clock } = this.#options;
    const name = `${options.servername ?? options.host}:${options.port}`;
    const ticket = this.#ticketOf(name);
    const socket = connect({
      ...options,
      ...(authority === undefined ? {} : { ca: authority }),
      ...(ticket === undefined ? {} : { session: ticket.session }),
      minVersion: 'TLSv1.3',
      ecdhCurve: ticket === undefined ? FIRST_GROUPS : RESUMED_GROUPS,
      // Judged below, where the clock is asked too.
      rejectUnauthorized: false,
    });
    socket.on('session', (session: Buffer) => {
      const isResumed = socket.isSessionReused() && ticket !== undefined;
      this.#tickets.set(name, { session, fullHandshakeMs: isResumed ? ticket.fullHandshakeMs : clock.monotonic() });
    });
    socket.prependOnceListener('secureConnect', () => {
      const problem = socket.authorizationError;
      if (socket.authorized || problem === null || problem === undefined) return;
      const code = typeof problem === 'string' ? problem : ((problem as NodeJS.ErrnoException).code ?? problem.message);
      if (DATE_PROBLEMS.has(code) && !isClockTrusted()) return;
      socket.destroy(new Error(`the hub’s certificate is not trusted: ${code}`));
    });
    // A ticket that the hub no longer takes costs a full handshake and nothing else; one that breaks the handshake must go.
    socket.once('error', () => this.#tickets.delete(name));
    return socket;
  }

  /** An agent that keeps connections open and makes them with {@link connect}. */
  agent(): Agent {
    const agent = new Agent({ keepAlive: true });
    agent.createConnection = (options): Duplex => this.connect(options as ConnectionOptions);
    return agent;
  }

  #ticketOf(name: string): { readonly session: Buffer; readonly fullHandshakeMs: number } | undefined {
    const ticket = this.#tickets.get(name);
    if (ticket === undefined) return undefined;
    if (this.#options.clock.monotonic() - ticket.fullHandshakeMs < TICKET_LIFE_MS) return ticket;
    this.#tickets.delete(name);
    return undefined;
  }
}
