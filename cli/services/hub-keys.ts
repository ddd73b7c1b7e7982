import type { HubKeysRotated, HubKeysStatus } from '@santehaggui/protocols/api/hub-keys-api.ts';
import { hubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { pairLines } from '../screen/table.ts';
import { adminClientFor } from './node-session.ts';

/** `haggui hub keys status`: what wraps the hub's keys, and how many there are. */
export async function keysStatus(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, format, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const status = await client.get<HubKeysStatus>('/keys');
  const where =
    status.kms === 'vault' ? 'hubKeys.inVault' : status.isSealedElsewhere ? 'hubKeys.inFile' : 'hubKeys.onThisDisk';
  const [oldest] = status.versions;
  return {
    json: status,
    lines: [
      ...pairLines(
        [
          [text('hubKeys.kept'), text(where)],
          [text('hubKeys.version'), format.integer(status.version)],
          [
            text('hubKeys.opening'),
            oldest === undefined
              ? '—'
              : text('hubKeys.openingSince', {
                  count: status.versions.length,
                  since: format.instant(oldest.createdAt),
                }),
          ],
          [text('hubKeys.facilities'), format.integer(status.facilities)],
          [text('hubKeys.patients'), format.integer(status.patients)],
          [text('hubKeys.destroyed'), format.integer(status.destroyed)],
        ],
        paint,
      ),
      ...(status.behind === 0 ? [] : ['', paint.yellow(text('hubKeys.behind', { count: status.behind }))]),
      ...(where === 'hubKeys.onThisDisk' ? ['', paint.dim(text('hubKeys.sealAdvice'))] : []),
    ],
  };
}

/** `haggui hub keys rotate`: a new version of the key of keys, or a new key for one facility. */
export async function rotateKeys(
  invocation: Invocation,
  dataDirectory: string,
  { facility, isCompromised }: { readonly facility: string | undefined; readonly isCompromised: boolean },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const body = facility === undefined ? { isCompromised } : { facility };
  const rotated = await client.post<HubKeysRotated>('/keys/rotate', { body });
  const done = facility === undefined ? 'hubKeys.rotated' : 'hubKeys.facilityRotated';
  return {
    json: rotated,
    lines: [
      paint.green(`✓ ${text(done, { ...rotated, facility: facility ?? '' })}`),
      ...(rotated.forgotten === 0 ? [] : [text('hubKeys.forgotten', { count: rotated.forgotten })]),
    ],
  };
}

/** `haggui hub keys rotate --tokens`: another key for people's access tokens. */
export async function rotateTokenKey(
  invocation: Invocation,
  dataDirectory: string,
  { isCompromised }: { readonly isCompromised: boolean },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const body = { isCompromised };
  await client.post('/keys/rotate-tokens', { body });
  const done = isCompromised ? 'hubKeys.tokensReplaced' : 'hubKeys.tokensRotated';
  return { json: body, lines: [paint.green(`✓ ${text(done)}`)] };
}
