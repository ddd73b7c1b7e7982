import type { HubStaffLine, HubStaffPage } from '@santehaggui/protocols/api/hub-staff-api.ts';
import { roleWords } from '@santehaggui/protocols/records/value-words.ts';
import { hubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, tableLines } from '../screen/table.ts';
import { adminClientFor } from './node-session.ts';

const PAGE = 200;

/** `haggui hub staff list`: the staff of a facility. */
export async function listHubStaff(invocation: Invocation, dataDirectory: string, facility: string): Promise<Outcome> {
  const { text, paint, language } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const staff: HubStaffLine[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const query = new URLSearchParams({ facility, limit: String(PAGE), ...(cursor === '' ? {} : { cursor }) });
    const page: HubStaffPage = await client.get<HubStaffPage>(`/staff?${query}`);
    staff.push(...page.items);
    cursor = page.nextCursor;
  }
  const columns: readonly Column<HubStaffLine>[] = [
    { header: text('hubStaff.name'), cell: ({ name }) => name },
    { header: text('hubStaff.role'), cell: ({ role }) => (role === null ? '—' : roleWords(role, language)) },
    { header: text('hubStaff.state'), cell: ({ active }) => text(active ? 'hubStaff.active' : 'hubStaff.inactive') },
    { header: text('hubStaff.facilities'), cell: ({ facilities }) => facilities.join(', ') },
    { header: text('hubStaff.id'), cell: ({ id }) => id },
  ];
  return { json: { staff }, lines: staff.length === 0 ? [text('hubStaff.none')] : tableLines(columns, staff, paint) };
}

/** `haggui hub staff disable|enable`: at all facilities where the person works. */
export async function setHubStaffActive(
  invocation: Invocation,
  dataDirectory: string,
  {
    isActive,
    ...body
  }: { readonly facility: string; readonly id: string; readonly reason: string; readonly isActive: boolean },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const path = isActive ? '/staff/enable' : '/staff/disable';
  const answer = await client.post<{ readonly changed: boolean }>(path, { body });
  const done = isActive ? 'hubStaff.enabled' : 'hubStaff.disabled';
  return { json: answer, lines: [answer.changed ? paint.green(`✓ ${text(done)}`) : text('hubStaff.asBefore')] };
}
