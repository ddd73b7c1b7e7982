import type { EnrolAnswer } from '@santehaggui/protocols/api/admin-api.ts';
import { enrolRequest } from '@santehaggui/protocols/api/admin-api.ts';
import { validate } from '@santehaggui/runtime/http/validate.ts';
import type { AdminClient } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { pairLines } from '../screen/table.ts';
import { nodeClientFor } from './node-session.ts';

const ENROL_TIMEOUT_MS = 120_000;

/** Makes a node known to a hub: keys are exchanged, and both sides show the same words. */
export function enrolNode(client: AdminClient, hubUrl: string, token: string): Promise<EnrolAnswer> {
  const body = validate(enrolRequest, { hubUrl, token });
  return client.post<EnrolAnswer>('/enrol', { body, timeoutMs: ENROL_TIMEOUT_MS });
}

/** `haggui facility enrol`. */
export async function enrolFacility(
  invocation: Invocation,
  dataDirectory: string,
  { hubUrl, token }: { readonly hubUrl: string; readonly token: string },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const answer = await enrolNode(client, hubUrl, token);
  return {
    json: answer,
    lines: [
      paint.green(`✓ ${text('enrol.done', { facility: answer.facility, hub: hubUrl })}`),
      '',
      ...pairLines([[text('status.fingerprint'), paint.bold(answer.fingerprintWords.join(' '))]], paint),
      '',
      text('enrol.compare'),
    ],
  };
}
