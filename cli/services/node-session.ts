import { join } from 'node:path';
import type { SessionAnswer } from '@santehaggui/protocols/api/lan-api.ts';
import { builtIn } from '@santehaggui/runtime/lifecycle/built-in.ts';
import { failCli } from '../cli-errors.ts';
import { type AdminClient, createAdminClient } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import { bilingual } from '../texts/texts.ts';
import type { CredentialFlags } from './credentials.ts';

const { existsSync } = builtIn('node:fs');

/** The client of the daemon in `dataDirectory`, as the operator of the machine. */
export function adminClientFor(invocation: Invocation, dataDirectory: string): AdminClient {
  return createAdminClient({ dataDirectory, signal: invocation.signal, language: invocation.language });
}

/** The same for what only nodes do; throws SH-K501 when the data directory is a hub's. */
export function nodeClientFor(invocation: Invocation, dataDirectory: string): AdminClient {
  if (existsSync(join(dataDirectory, 'identity', 'hub.json'))) {
    throw failCli('SH-K501', { why: bilingual('daemon.isHub', { directory: dataDirectory }) });
  }
  return adminClientFor(invocation, dataDirectory);
}

/** The same as a member of the staff: what concerns people's records is signed for. Throws what `readCredentials` and the node throw. */
export async function signedInClient(
  invocation: Invocation,
  dataDirectory: string,
  flags: CredentialFlags,
): Promise<AdminClient> {
  const client = nodeClientFor(invocation, dataDirectory);
  // Asked first: whoever finds the daemon stopped should not have typed a password for it.
  await client.get('/status');
  const { readCredentials } = await import('./credentials.ts');
  const credentials = await readCredentials(invocation, flags);
  const { accessToken } = await client.post<SessionAnswer>('/sessions', { body: credentials });
  return client.as(accessToken);
}
