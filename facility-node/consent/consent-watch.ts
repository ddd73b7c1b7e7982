import type { ConsentVerification } from '@santehaggui/protocols/api/consent-api.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { ConsentChainService } from './consent-chain-service.ts';

/** What the watch is made of; `exchangeAt` tells the last exchange apart from those before. */
export type ConsentWatchParts = {
  readonly chain: ConsentChainService;
  readonly audit: AuditTrail;
  readonly log: Log;
  readonly exchangeAt: () => string | null;
};

/** Looks at the chain of consents once after each exchange, and says aloud what is wrong, once. */
export class ConsentWatch {
  readonly #parts: ConsentWatchParts;
  #lookedAfter: string | null | undefined;
  #last: ConsentVerification | undefined;

  constructor(parts: ConsentWatchParts) {
    this.#parts = parts;
  }

  /** For the maintenance job: looks, if there was an exchange since the last look, or never was one. */
  look(): void {
    const at = this.#parts.exchangeAt();
    if (this.#lookedAfter === at) return;
    this.#lookedAfter = at;
    const found = this.#parts.chain.verify();
    const isNew = JSON.stringify(found.findings) !== JSON.stringify(this.#last?.findings ?? []);
    this.#last = found;
    if (found.valid || !isNew) return;
    this.#parts.log.error('consent.chain-broken', { findings: found.findings });
    this.#parts.audit.append(
      { kind: 'daemon' },
      {
        action: 'read',
        recordType: 'consent',
        purpose: 'SYSADMIN',
        decision: 'deny',
        detail: { what: 'chain-broken', findings: found.findings },
      },
    );
  }

  /** How many things were wrong at the last look. */
  problems(): number {
    return this.#last?.findings.length ?? 0;
  }
}
