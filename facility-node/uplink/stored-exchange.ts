import { type ExchangeState, startExchange } from '@santehaggui/protocols/frames/exchange-machine.ts';
import type { JournalStore } from '../store/journal-store.ts';

/** The exchange machine at a daemon's start. */
export function storedExchange(journal: JournalStore): ExchangeState {
  const { acknowledgedSequence, feedReceived } = journal.syncState();
  return startExchange({ head: journal.lastSequence(), acknowledged: acknowledgedSequence, feedReceived });
}
