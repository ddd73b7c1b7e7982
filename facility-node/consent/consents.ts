import { ConsentChainService } from './consent-chain-service.ts';
import { type ConsentHistoryOptions, ConsentHistoryService } from './consent-history-service.ts';
import { ConsentWatch, type ConsentWatchParts } from './consent-watch.ts';

/** What a node's consents are told and proven by, outside of the LAN. */
export type Consents = {
  readonly history: ConsentHistoryService;
  readonly chain: ConsentChainService;
  readonly watch: ConsentWatch;
};

/** Puts them together. `journalKey` is the one that the node's own chain is made with. */
export function createConsents({
  uplink,
  ...parts
}: ConsentHistoryOptions &
  Omit<ConsentWatchParts, 'chain' | 'exchangeAt'> & {
    readonly journalKey: Uint8Array;
    readonly uplink: { status(): { readonly lastExchange: { readonly at: string } | null } };
  }): Consents {
  const chain = new ConsentChainService(parts);
  const exchangeAt = (): string | null => uplink.status().lastExchange?.at ?? null;
  return { history: new ConsentHistoryService(parts), chain, watch: new ConsentWatch({ ...parts, chain, exchangeAt }) };
}
