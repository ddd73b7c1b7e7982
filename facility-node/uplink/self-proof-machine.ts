/** What a node knows when it asks itself whether to compare with the hub. Times are in milliseconds. */
export type ProofOccasion = {
  /** The wall clock, which need not be right. */
  readonly wallMs: number;
  readonly isReady: boolean;
  readonly state: {
    readonly provenAt: number | null;
    readonly provenSequence: number | null;
    readonly provenFeed: number | null;
    readonly journalsAt: number | null;
  };
  readonly at: { readonly sequence: number; readonly feed: number };
  /** How long nothing has been written or received, and how long ago the last comparison was, on the monotonic clock; null: none since the start. */
  readonly quietMs: number;
  readonly comparedMsAgo: number | null;
};

/** `journals`: compare the journals too. */
export type SelfProof = 'nothing' | 'records' | 'journals';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Nobody is at work: Mali's time is UTC. */
const NIGHT = { from: 1, to: 5 };
/** Something was written or came since the last proof, and then nothing for a while. */
const QUIET_MS = 2 * MINUTE_MS;

/**
 * Whether a node now compares with the hub by itself. When the backlog has emptied and it has been quiet for two minutes, at
 * most once an hour; at night once a day; without a night on line, once a day and a half. The journals every week, at night,
 * or a week later at any time. Nothing while changes wait or the hub is not there.
 */
export function selfProof({ wallMs, isReady, state, at, quietMs, comparedMsAgo }: ProofOccasion): SelfProof {
  if (!isReady || (comparedMsAgo !== null && comparedMsAgo < HOUR_MS)) return 'nothing';
  const hour = new Date(wallMs).getUTCHours();
  const isNight = hour >= NIGHT.from && hour < NIGHT.to;
  const ago = (ms: number | null): number => (ms === null ? Number.POSITIVE_INFINITY : Math.abs(wallMs - ms));
  const { provenAt, provenSequence, provenFeed, journalsAt } = state;
  const journalsAgo = ago(journalsAt ?? (provenAt === null ? wallMs : 0));
  if ((isNight && journalsAgo >= 6.5 * DAY_MS) || journalsAgo >= 14 * DAY_MS) return 'journals';
  if ((isNight && ago(provenAt) >= 20 * HOUR_MS) || ago(provenAt) >= 36 * HOUR_MS) return 'records';
  const hasMoved = provenSequence !== at.sequence || provenFeed !== at.feed;
  return hasMoved && quietMs >= QUIET_MS ? 'records' : 'nothing';
}
