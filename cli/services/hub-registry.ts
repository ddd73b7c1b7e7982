import type {
  FacilityAddAnswer,
  FacilityLine,
  FacilityMoved,
  FacilityPlace,
  FacilityProof,
} from '@santehaggui/protocols/api/admin-api.ts';
import { facilityAddRequest, facilityMoveRequest } from '@santehaggui/protocols/api/admin-api.ts';
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

/** `haggui hub facility move`: where a facility belongs from a day on. */
export async function moveFacility(invocation: Invocation, dataDirectory: string, request: unknown): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const body = validate(facilityMoveRequest, request);
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const moved = await client.post<FacilityMoved>('/facilities/move', { body });
  const { code, since, from, to, isCarriedOut, copiesEnded } = moved;
  return {
    json: moved,
    lines: [
      paint.green(`✓ ${text(isCarriedOut ? 'move.done' : 'move.planned', { code, since })}`),
      '',
      ...pairLines(
        [
          [text('move.was'), placeText(invocation, from)],
          [text('move.is'), placeText(invocation, to)],
          ...(copiesEnded === 0 ? [] : [[text('move.copiesEnded'), format.integer(copiesEnded)] as const]),
        ],
        paint,
      ),
    ],
  };
}

function placeText(
  { text }: Invocation,
  { region, district, referralTarget }: Pick<FacilityPlace, 'region' | 'district' | 'referralTarget'>,
): string {
  const refersTo = referralTarget === null ? [] : [text('move.refersTo', { code: referralTarget })];
  return [region, ...(district === null ? [] : [district]), ...refersTo].join(', ');
}

/** Where a facility was and is, a line each; one that never moved has a line without a date. */
function placeLines(invocation: Invocation, places: readonly FacilityPlace[]): readonly (readonly [string, string])[] {
  const { text } = invocation;
  return places.map((place, at) => {
    const since = place.since ?? text('move.registered');
    const coming = place.isCarriedOut ? '' : ` (${text('move.coming')})`;
    return [at === 0 ? text('move.places') : '', `${since} : ${placeText(invocation, place)}${coming}`];
  });
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
  const { places } = await client.get<{ readonly places: readonly FacilityPlace[] }>(`/facilities/${code}/places`);
  const { proof, lastSeenAt, state, name, kind, fingerprintWords } = facility;
  const { differing, mendedAt, waitingUp, waitingDown, waitingDownSince, loading } = proof;
  const seen = lastSeenAt === null ? '—' : format.instant(lastSeenAt);
  const counts = { changes: format.integer(proof.changesMended), records: format.integer(proof.recordsMended) };
  const down =
    waitingDownSince === null
      ? format.integer(waitingDown)
      : text('facility.waitingSince', { count: format.integer(waitingDown), at: format.instant(waitingDownSince) });
  return {
    json: { ...facility, places },
    lines: [
      `${paint.bold(code)}  ${name}`,
      '',
      ...pairLines(
        [
          [text('facility.kind'), kind],
          ...placeLines(invocation, places),
          [text('facility.state'), text(`facility.${state}`)],
          // As the node's own screen shows them.
          [text('status.fingerprint'), fingerprintWords?.join(' ') ?? '—'],
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
