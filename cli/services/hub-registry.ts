import type { FacilityAddAnswer, FacilityLine, FacilityProof } from '@santehaggui/protocols/api/admin-api.ts';
import { facilityAddRequest, hubUserRequest } from '@santehaggui/protocols/api/admin-api.ts';
import { validate } from '@santehaggui/runtime/http/validate.ts';
import { failCli } from '../cli-errors.ts';
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
    { header: text('facility.proven'), cell: ({ proof }: FacilityLine) => provenText(invocation, proof) },
  ];
  return {
    json: { facilities },
    lines: facilities.length === 0 ? [text('facility.none')] : tableLines(columns, facilities, paint),
  };
}

/** When a facility's node and the hub were last proven to hold the same, and what the last comparison said otherwise. */
function provenText(
  { text, format, paint }: Invocation,
  { provenAt, provenSequence, differedAt }: FacilityProof,
): string {
  if (differedAt !== null) return paint.red(text('facility.differs', { at: format.instant(differedAt) }));
  if (provenAt === null) return text('sync.neverProven');
  return text('sync.provenAt', { at: format.instant(provenAt), sequence: format.integer(provenSequence ?? 0) });
}

/** `haggui hub facility show`: one facility, what waits for it and whether both sides hold the same. Throws SH-N502. */
export async function showFacility(invocation: Invocation, dataDirectory: string, code: string): Promise<Outcome> {
  const { text, format, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const facility = (await facilitiesOf(client)).find((line) => line.code === code);
  if (facility === undefined) throw failCli('SH-N502', { why: code });
  const { proof, lastSeenAt, state, name, kind, region } = facility;
  const { differing, mendedAt, waitingUp, waitingDown, waitingDownSince, loading } = proof;
  const seen = lastSeenAt === null ? '—' : format.instant(lastSeenAt);
  const counts = { changes: format.integer(proof.changesMended), records: format.integer(proof.recordsMended) };
  const down =
    waitingDownSince === null
      ? format.integer(waitingDown)
      : text('facility.waitingSince', { count: format.integer(waitingDown), at: format.instant(waitingDownSince) });
  return {
    json: facility,
    lines: [
      `${paint.bold(code)}  ${name}`,
      '',
      ...pairLines(
        [
          [text('facility.kind'), kind],
          [text('facility.region'), region],
          [text('facility.state'), text(`facility.${state}`)],
          [text('facility.changes'), format.integer(facility.changes)],
          [text('facility.lastSeen'), seen],
          [text('facility.proven'), provenText(invocation, proof)],
          ...differing.map(({ recordType, records }) => ['', `${recordType} : ${format.integer(records)}`] as const),
          ...(mendedAt === null
            ? []
            : [
                [
                  text('facility.mended'),
                  `${text('verify.repairedWhere', counts)}, ${format.instant(mendedAt)}`,
                ] as const,
              ]),
          [text('facility.waitingUp'), waitingUp === null ? '—' : format.integer(waitingUp)],
          [text('facility.waitingDown'), down],
          ...(loading === null
            ? []
            : [
                [
                  text('sync.loading'),
                  text('facility.loading', {
                    loaded: format.integer(loading.patients - loading.left),
                    patients: format.integer(loading.patients),
                  }),
                ] as const,
              ]),
        ],
        paint,
      ),
    ],
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
