import type { FacilityAddAnswer, FacilityLine } from '@santehaggui/protocols/api/admin-api.ts';
import { facilityAddRequest, hubUserRequest } from '@santehaggui/protocols/api/admin-api.ts';
import { validate } from '@santehaggui/runtime/http/validate.ts';
import { type AdminClient, hubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { qrLines } from '../screen/qr-code.ts';
import { pairLines, tableLines } from '../screen/table.ts';
import { adminClientFor } from './node-session.ts';

/** `haggui hub facility add`: registers a facility, or replaces its lost token, and shows the token, once. */
export async function addFacility(invocation: Invocation, dataDirectory: string, request: unknown): Promise<Outcome> {
  const { text, paint, format, stdout } = invocation;
  const body = validate(facilityAddRequest, request);
  const client = adminClientFor(invocation, dataDirectory);
  const { url } = await hubStatus(client);
  const answer = await client.post<FacilityAddAnswer>('/facilities', { body });
  return {
    json: answer,
    lines: [
      paint.green(`✓ ${text(answer.isNew ? 'facility.added' : 'facility.tokenReplaced', { code: answer.code })}`),
      '',
      ...pairLines(
        [
          [text('facility.token'), paint.bold(answer.token)],
          [text('facility.expires'), format.instant(answer.expiresAt)],
        ],
        paint,
      ),
      // To be photographed off a screen; a log or a pipe has no use for it.
      ...(stdout.isTTY === true ? ['', ...qrLines(answer.token)] : []),
      '',
      text('facility.nextStep'),
      `  haggui facility enrol --hub ${url} --token ${answer.token}`,
    ],
  };
}

/** What a hub knows of each facility. */
export async function facilitiesOf(client: AdminClient): Promise<readonly FacilityLine[]> {
  return (await client.get<{ readonly facilities: readonly FacilityLine[] }>('/facilities')).facilities;
}

/** `haggui hub facility list`: the registry. */
export async function listFacilities(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, format, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const facilities = await facilitiesOf(client);
  const columns = [
    { header: text('facility.code'), cell: ({ code }: FacilityLine) => code },
    { header: text('facility.name'), cell: ({ name }: FacilityLine) => name },
    { header: text('facility.kind'), cell: ({ kind }: FacilityLine) => kind },
    { header: text('facility.region'), cell: ({ region }: FacilityLine) => region },
    { header: text('facility.state'), cell: ({ state }: FacilityLine) => text(`facility.${state}`) },
    {
      header: text('facility.changes'),
      cell: ({ changes }: FacilityLine) => format.integer(changes),
      align: 'right' as const,
    },
    {
      header: text('facility.lastSeen'),
      cell: ({ lastSeenAt }: FacilityLine) => (lastSeenAt === null ? '—' : format.instant(lastSeenAt)),
    },
  ];
  return {
    json: { facilities },
    lines: facilities.length === 0 ? [text('facility.none')] : tableLines(columns, facilities, paint),
  };
}

/** `haggui hub user add`: somebody who may read reports. */
export async function addHubUser(invocation: Invocation, dataDirectory: string, request: unknown): Promise<Outcome> {
  const body = validate(hubUserRequest, request);
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const answer = await client.post<unknown>('/users', { body });
  const added = { login: body.login, role: body.role, ...(body.region === undefined ? {} : { region: body.region }) };
  const more = typeof answer === 'object' && answer !== null && !Buffer.isBuffer(answer) ? answer : {};
  return {
    json: { ...more, ...added },
    lines: [invocation.paint.green(`✓ ${invocation.text('user.added', { login: body.login, role: body.role })}`)],
  };
}
