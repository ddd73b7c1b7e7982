import {
  type HubUserDisabled,
  type HubUserInvited,
  type HubUserLine,
  type HubUserList,
  hubUserRequest,
} from '@santehaggui/protocols/api/hub-people-api.ts';
import { validate } from '@santehaggui/runtime/http/validate.ts';
import { type AdminClient, hubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, tableLines } from '../screen/table.ts';
import { passwordInFile } from './credentials.ts';
import { adminClientFor } from './node-session.ts';

/** `haggui hub user add`: somebody who may read reports, invited to make a passkey. */
export async function addHubUser(invocation: Invocation, dataDirectory: string, request: unknown): Promise<Outcome> {
  const body = validate(hubUserRequest, request);
  const client = await hubAdminFor(invocation, dataDirectory);
  const added = await client.post<HubUserInvited>('/users', { body });
  const sentence = invocation.text('user.added', { login: body.login, role: body.role });
  return { json: added, lines: invitedLines(invocation, sentence, added) };
}

/** `haggui hub user list`: who reads reports. */
export async function listHubUsers(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const list = await (await hubAdminFor(invocation, dataDirectory)).get<HubUserList>('/users');
  const columns: readonly Column<HubUserLine>[] = [
    { header: text('staff.login'), cell: ({ login }) => login },
    { header: text('user.sees'), cell: ({ region }) => region ?? text('user.country') },
    { header: text('user.contact'), cell: ({ contact }) => contact?.address ?? '—' },
    {
      header: text('user.passkeys'),
      cell: ({ passkeys, isDisabled }) =>
        isDisabled ? text('user.disabled') : passkeys.map(({ name }) => name).join(', ') || text('user.noPasskey'),
    },
    {
      header: text('user.invitedUntil'),
      cell: ({ invitedUntil }) => (invitedUntil === null ? '—' : format.instant(invitedUntil)),
    },
  ];
  return { json: list, lines: tableLines(columns, list.users, paint) };
}

/** `haggui hub user invite`: words to make a passkey with. */
export async function inviteHubUser(invocation: Invocation, dataDirectory: string, login: string): Promise<Outcome> {
  const client = await hubAdminFor(invocation, dataDirectory);
  const invited = await client.post<HubUserInvited>(`/users/${encodeURIComponent(login)}/invitation`);
  return { json: invited, lines: invitedLines(invocation, invocation.text('user.invited', { login }), invited) };
}

/** `haggui hub user disable`: who reads no reports any more. */
export async function disableHubUser(invocation: Invocation, dataDirectory: string, login: string): Promise<Outcome> {
  const client = await hubAdminFor(invocation, dataDirectory);
  const disabled = await client.post<HubUserDisabled>(`/users/${encodeURIComponent(login)}/disable`);
  const sentence = invocation.text('user.wasDisabled', { login, count: disabled.removedPasskeys });
  return { json: disabled, lines: [invocation.paint.green(`✓ ${sentence}`)] };
}

/** `haggui hub user reset`: the passkeys are lost, or another's. */
export async function resetHubUser(
  invocation: Invocation,
  dataDirectory: string,
  { login, passwordFile }: { readonly login: string; readonly passwordFile: string | undefined },
): Promise<Outcome> {
  const client = await hubAdminFor(invocation, dataDirectory);
  const body = passwordFile === undefined ? {} : { password: await passwordInFile(passwordFile) };
  const reset = await client.post<HubUserInvited>(`/users/${encodeURIComponent(login)}/reset`, { body });
  const sentence = invocation.text('user.wasReset', { login, count: reset.removedPasskeys ?? 0 });
  return { json: reset, lines: invitedLines(invocation, sentence, reset) };
}

/** The client of a hub's data directory. Throws SH-K501 for a node's. */
async function hubAdminFor(invocation: Invocation, dataDirectory: string): Promise<AdminClient> {
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  return client;
}

function invitedLines(
  { text, paint, format }: Invocation,
  sentence: string,
  { invitation }: HubUserInvited,
): readonly string[] {
  return [
    paint.green(`✓ ${sentence}`),
    '',
    text('user.invitation'),
    `  ${paint.bold(invitation.words)}`,
    text('user.invitationUntil', { instant: format.instant(invitation.until) }),
  ];
}
