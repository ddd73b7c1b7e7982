import type { District } from '@santehaggui/fixtures/district/facility-profile.ts';
import type { LanClient } from '@santehaggui/fixtures/generator/lan-client.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { DemoDistrict } from './demo-district.ts';
import { syncDistrict } from './demo-sync.ts';

/** What a district lives through. */
export type PlayOptions = {
  readonly profile: District;
  readonly seed: number;
  readonly days: number;
  readonly clock: Clock;
  /** Acts done of all acts of the days, after each. */
  readonly onStep?: (done: number, total: number) => void;
  /** The answers to referrals of a day (1 to `days`) begin. */
  readonly onRound?: (day: number) => void;
};

/** The facilities that take in referrals, the lower first. */
const RECEIVERS = ['csref_djenne', 'sih_mopti'] as const;

/** Up to the second level and back is four; one more finds nothing left to do. */
const ROUNDS = 6;

function todayOf(clock: Clock): string {
  return Temporal.Instant.fromEpochMilliseconds(clock.now())
    .toZonedDateTimeISO('Africa/Bamako')
    .toPlainDate()
    .toString();
}

/** Plays days through the nodes' own LAN API; after each, referrals travel, are answered, and the answers travel back. */
export async function playDays(district: DemoDistrict, options: PlayOptions): Promise<void> {
  const { profile, seed, days, clock, onStep, onRound } = options;
  const { planDays } = await import('@santehaggui/fixtures/generator/plan-days.ts');
  const { playDay, createPlayMemory } = await import('@santehaggui/fixtures/generator/play-day.ts');
  const plans = planDays({ district: profile, seed, days, today: todayOf(clock) });
  const total = plans.reduce((sum, { steps }) => sum + steps.length, 0);
  const memory = createPlayMemory();
  const clients = new Map<string, LanClient>();
  for (const { code } of profile.facilities) clients.set(code, await district.lanClient(code));
  const clientFor = (code: string): LanClient => clients.get(code) as LanClient;
  let done = 0;
  for (const [index, day] of plans.entries()) {
    await playDay({
      day,
      clientFor,
      memory,
      signal: district.signal,
      afterStep: () => onStep?.(++done, total),
    });
    onRound?.(index + 1);
    await answerReferrals(district, options, { clientFor, date: day.date, isLastDay: index === plans.length - 1 });
  }
}

type Rounds = {
  readonly clientFor: (code: string) => LanClient;
  readonly date: string;
  readonly isLastDay: boolean;
};

async function answerReferrals(
  district: DemoDistrict,
  { seed, clock }: PlayOptions,
  { clientFor, date, isLastDay }: Rounds,
): Promise<void> {
  const { respondToReferrals } = await import('@santehaggui/fixtures/generator/respond-to-referrals.ts');
  for (let round = 0; round < ROUNDS; round += 1) {
    await syncDistrict(district, clock);
    let acted = 0;
    for (const code of RECEIVERS) {
      const facility = district.node(code).profile;
      const tally = await respondToReferrals({
        facility,
        client: clientFor(code),
        seed,
        date,
        isLastDay,
      });
      acted += tally.acted;
    }
    if (acted === 0) return;
  }
}
