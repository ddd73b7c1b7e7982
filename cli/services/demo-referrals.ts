import type { LanClient } from '@santehaggui/fixtures/generator/lan-client.ts';
import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import { fromProblem } from '@santehaggui/runtime/errors/problem.ts';
import type { DemoDistrict } from './demo-district.ts';

/** What became of the referrals of a district. */
export type ReferralCounts = {
  /** Made at some facility. */
  readonly sent: number;
  /** Of these: found in the node of the facility that they are addressed to. */
  readonly delivered: number;
  /** Of these: closed, with the counter-referral back in the node that sent them. */
  readonly countered: number;
  /** Countered ones that passed a referral on to the next level. */
  readonly secondLevel: number;
};

/** The part of a referral that is counted. */
export type ReferralSeen = {
  readonly id: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: string;
  readonly basedOn?: string;
};

/** All referrals in a node, through its LAN API. */
async function referralsAt(client: LanClient, login: string): Promise<readonly ReferralSeen[]> {
  const found: ReferralSeen[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: '200', ...(cursor === undefined ? {} : { cursor }) });
    const answer = await client({ login, method: 'GET', path: `/api/v1/referrals?${query}`, headers: {} });
    if (answer.status !== 200) throw fromProblem(answer.status, answer.body);
    const page = answer.body as Page<ReferralSeen>;
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

/** Counts from what each node holds, by the facilities' record ids: what a node shows is what its staff can see. */
export function countReferrals(seenAt: ReadonlyMap<string, readonly ReferralSeen[]>): ReferralCounts {
  const sent = [...seenAt].flatMap(([facilityId, seen]) => seen.filter(({ from }) => from === facilityId));
  const arrived = new Map([...seenAt].map(([facilityId, seen]) => [facilityId, new Set(seen.map(({ id }) => id))]));
  const countered = sent.filter(({ status }) => status === 'closed');
  return {
    sent: sent.length,
    delivered: sent.filter(({ id, to }) => to !== undefined && arrived.get(to)?.has(id) === true).length,
    countered: countered.length,
    secondLevel: countered.filter(({ basedOn }) => basedOn !== undefined && basedOn !== null).length,
  };
}

/** Asks every node of the district for its referrals and counts them. */
export async function districtReferrals(district: DemoDistrict): Promise<ReferralCounts> {
  const { loginOf } = await import('@santehaggui/fixtures/district/facility-profile.ts');
  const lines = await district.facilityLines();
  const seenAt = new Map<string, readonly ReferralSeen[]>();
  for (const { code, facilityId } of lines) {
    const login = loginOf(district.node(code).profile, ['head', 'physician', 'nurse']);
    seenAt.set(facilityId, await referralsAt(await district.lanClient(code), login));
  }
  return countReferrals(seenAt);
}
