import { type ErasureLine, erasureRequest } from '@santehaggui/protocols/api/erasures-api.ts';
import { validate } from '@santehaggui/runtime/http/validate.ts';
import { hubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { tableLines } from '../screen/table.ts';
import { adminClientFor } from './node-session.ts';

/** `haggui hub erasure add`: erases a patient, here and at every facility. */
export async function erasePatient(invocation: Invocation, dataDirectory: string, request: unknown): Promise<Outcome> {
  const { text, format, paint } = invocation;
  const body = validate(erasureRequest, request);
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const erased = await client.post<ErasureLine>('/erasures', { body });
  return {
    json: erased,
    lines: [
      paint.green(`✓ ${text('erasure.done', { records: format.integer(erased.records) })}`),
      text('erasure.travels'),
    ],
  };
}

/** `haggui hub erasure list`: the erasures, without a name. */
export async function listErasures(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, format, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const { erasures } = await client.get<{ readonly erasures: readonly ErasureLine[] }>('/erasures');
  const columns = [
    { header: text('erasure.at'), cell: ({ at }: ErasureLine) => format.instant(at) },
    { header: text('facility.code'), cell: ({ facility }: ErasureLine) => facility },
    {
      header: text('erasure.records'),
      cell: ({ records }: ErasureLine) => format.integer(records),
      align: 'right' as const,
    },
    { header: text('erasure.reason'), cell: ({ reason }: ErasureLine) => reason },
  ];
  return {
    json: { erasures },
    lines: erasures.length === 0 ? [text('erasure.none')] : tableLines(columns, erasures, paint),
  };
}
