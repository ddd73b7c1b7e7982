import type { PasskeyLine } from '@santehaggui/protocols/api/passkeys-api.ts';
import type {
  ProvisionalPassword,
  UserDetail,
  UserLine,
  UserList,
  UserSession,
  UserShutOut,
  UserWithPassword,
} from '@santehaggui/protocols/api/users-api.ts';
import { ROLES } from '@santehaggui/protocols/records/record-type.ts';
import { roleWords } from '@santehaggui/protocols/records/value-words.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, pairLines, tableLines } from '../screen/table.ts';
import { passwordInFile } from './credentials.ts';
import { nodeClientFor } from './node-session.ts';

/** What `haggui user add` was given. */
export type NewUserFlags = {
  readonly login: string;
  readonly role: string;
  readonly familyName: string;
  readonly givenName: string | undefined;
  readonly phone: string | undefined;
  readonly passwordFile: string | undefined;
};

/** `haggui user list`: the accounts of the staff. */
export async function listUsers(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint, format, language } = invocation;
  const list = await nodeClientFor(invocation, dataDirectory).get<UserList>('/users');
  const columns: readonly Column<UserLine>[] = [
    { header: text('staff.login'), cell: ({ login }) => login },
    { header: text('staff.name'), cell: ({ name }) => name },
    { header: text('staff.role'), cell: ({ role }) => roleWords(role, language) },
    ...(list.users.some(({ home }) => home !== null)
      ? [{ header: text('staff.home'), cell: ({ home }: UserLine) => home?.name ?? '—' }]
      : []),
    { header: text('staff.state'), cell: ({ state }) => text(`staff.state.${state}`) },
    {
      header: text('staff.lastSignIn'),
      cell: ({ lastSignInAt }) => (lastSignInAt === null ? '—' : format.instant(lastSignInAt)),
    },
    { header: text('staff.sessions'), cell: ({ sessions }) => format.integer(sessions), align: 'right' },
  ];
  return { json: list, lines: tableLines(columns, list.users, paint) };
}

/** `haggui user add`: a person and the account; a provisional password where none is given. */
export async function addUser(
  invocation: Invocation,
  dataDirectory: string,
  { passwordFile, ...given }: NewUserFlags,
): Promise<Outcome> {
  const { text, language } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const password = passwordFile === undefined ? undefined : await passwordInFile(passwordFile);
  const added = await client.post<UserWithPassword>('/users', { body: { ...given, password } });
  const values = { login: added.login, name: added.name, role: roleWords(added.role, language) };
  return { json: added, lines: done(invocation, text('staff.added', values), added.provisional) };
}

/** `haggui user show`: one account. */
export async function showUser(invocation: Invocation, dataDirectory: string, login: string): Promise<Outcome> {
  const { text, paint, format, language } = invocation;
  const user = await nodeClientFor(invocation, dataDirectory).get<UserDetail>(pathOf(login));
  return {
    json: user,
    lines: [
      paint.bold(`${user.name} (${user.login})`),
      '',
      ...pairLines(
        [
          [text('staff.role'), roleWords(user.role, language)],
          [text('staff.state'), text(`staff.state.${user.state}`)],
          [text('staff.lastSignIn'), user.lastSignInAt === null ? '—' : format.instant(user.lastSignInAt)],
          [text('staff.opensDatabase'), text(user.opensDatabase ? 'staff.yes' : 'staff.no')],
          [text('staff.phoneCodes'), user.phoneEnding === null ? text('staff.no') : `… ${user.phoneEnding}`],
          ...(user.home === null ? [] : [[text('staff.home'), user.home.name] as const]),
          ...(user.sharedWith.length === 0 ? [] : [[text('staff.alsoAt'), placeWords(user, language)] as const]),
        ],
        paint,
      ),
      '',
      ...passkeyLines(invocation, user.passkeys),
      '',
      ...sessionLines(invocation, user.openSessions),
    ],
  };
}

/** `haggui user disable`: the person is out at the next click. */
export async function disableUser(invocation: Invocation, dataDirectory: string, login: string): Promise<Outcome> {
  const user = await nodeClientFor(invocation, dataDirectory).post<UserShutOut>(`${pathOf(login)}/disable`);
  const home = user.home?.name;
  const here = home === undefined ? [] : [invocation.text('staff.guestShut', { login: user.login, home })];
  return { json: user, lines: [...shutOutLines(invocation, user, 'staff.disabled'), ...here] };
}

/** `haggui user share`: valid at other facilities too. */
export async function shareUser(
  invocation: Invocation,
  dataDirectory: string,
  { login, ...body }: { readonly login: string; readonly with: readonly string[]; readonly role: string | undefined },
): Promise<Outcome> {
  const { text, paint, language } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const user = await client.post<UserLine>(`${pathOf(login)}/share`, { body });
  const sentence = text('staff.shared', { login: user.login, places: placeWords(user, language) });
  return { json: user, lines: [paint.green(`✓ ${sentence}`), text('staff.sharedAfter')] };
}

/** `haggui user unshare`: no longer. */
export async function unshareUser(
  invocation: Invocation,
  dataDirectory: string,
  { login, from }: { readonly login: string; readonly from: readonly string[] },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const user = await client.post<UserLine>(`${pathOf(login)}/unshare`, { body: { from } });
  const sentence = text('staff.unshared', { login: user.login, places: from.join(', ') });
  return { json: user, lines: [paint.green(`✓ ${sentence}`), text('staff.sharedAfter')] };
}

/** `haggui user enable`: with a provisional password. */
export async function enableUser(invocation: Invocation, dataDirectory: string, login: string): Promise<Outcome> {
  const user = await nodeClientFor(invocation, dataDirectory).post<UserWithPassword>(`${pathOf(login)}/enable`);
  const sentence = invocation.text(user.provisional === undefined ? 'staff.enabledAsIs' : 'staff.enabled', {
    login: user.login,
  });
  return { json: user, lines: done(invocation, sentence, user.provisional) };
}

/** `haggui user reset`: a provisional password in place of the one that was forgotten or is known to others. */
export async function resetUser(invocation: Invocation, dataDirectory: string, login: string): Promise<Outcome> {
  const client = nodeClientFor(invocation, dataDirectory);
  const user = await client.post<UserShutOut & UserWithPassword>(`${pathOf(login)}/reset`);
  return {
    json: user,
    lines: [...shutOutLines(invocation, user, 'staff.wasReset'), ...provisionalLines(invocation, user.provisional)],
  };
}

/** `haggui user sessions`: where somebody is signed in; `isToEnd` ends it everywhere. */
export async function userSessions(
  invocation: Invocation,
  dataDirectory: string,
  { login, isToEnd }: { readonly login: string; readonly isToEnd: boolean },
): Promise<Outcome> {
  const client = nodeClientFor(invocation, dataDirectory);
  if (isToEnd) {
    const user = await client.post<UserShutOut>(`${pathOf(login)}/sessions/end`);
    return { json: user, lines: shutOutLines(invocation, user, 'staff.sessionsEnded') };
  }
  const { openSessions } = await client.get<UserDetail>(pathOf(login));
  return { json: { sessions: openSessions }, lines: sessionLines(invocation, openSessions) };
}

/** `haggui user roles`: all roles and who has them; with a login that person's, or another from now on. */
export async function userRoles(
  invocation: Invocation,
  dataDirectory: string,
  { login, role }: { readonly login: string | undefined; readonly role: string | undefined },
): Promise<Outcome> {
  const { text, paint, language } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  if (login !== undefined && role !== undefined) {
    const user = await client.post<UserLine>(`${pathOf(login)}/role`, { body: { role } });
    const values = { login: user.login, role: roleWords(user.role, language) };
    return { json: user, lines: [paint.green(`✓ ${text('staff.roleGiven', values)}`)] };
  }
  if (login !== undefined) {
    const user = await client.get<UserDetail>(pathOf(login));
    const values = { login: user.login, role: roleWords(user.role, language) };
    return { json: { roles: [{ role: user.role, logins: [user.login] }] }, lines: [text('staff.roleGiven', values)] };
  }
  const { users } = await client.get<UserList>('/users');
  const roles = ROLES.filter((name) => name !== 'system').map((name) => ({
    role: name,
    logins: users.filter((user) => user.role === name && user.state !== 'disabled').map((user) => user.login),
  }));
  const columns: readonly Column<(typeof roles)[number]>[] = [
    { header: text('staff.code'), cell: (line) => line.role },
    { header: text('staff.role'), cell: (line) => roleWords(line.role, language) },
    { header: text('staff.people'), cell: ({ logins }) => logins.join(', ') || '—' },
  ];
  return { json: { roles }, lines: tableLines(columns, roles, paint) };
}

function pathOf(login: string): string {
  return `/users/${encodeURIComponent(login.trim().toLowerCase())}`;
}

function placeWords({ sharedWith }: UserLine, language: Invocation['language']): string {
  return sharedWith.map(({ name, role }) => `${name} (${roleWords(role, language)})`).join(', ');
}

function done(
  invocation: Invocation,
  sentence: string,
  provisional: ProvisionalPassword | undefined,
): readonly string[] {
  return [invocation.paint.green(`✓ ${sentence}`), ...provisionalLines(invocation, provisional)];
}

function provisionalLines(
  { text, paint, format }: Invocation,
  provisional: ProvisionalPassword | undefined,
): readonly string[] {
  if (provisional === undefined) return [];
  return [
    '',
    text('staff.provisional'),
    `  ${paint.bold(provisional.password)}`,
    text('staff.provisionalUntil', { instant: format.instant(provisional.until) }),
  ];
}

function shutOutLines(
  { text, paint }: Invocation,
  { login, endedSessions, removedUnlockers, removedPasskeys, opensDatabase }: UserShutOut,
  sentence: 'staff.disabled' | 'staff.wasReset' | 'staff.sessionsEnded',
): readonly string[] {
  return [
    paint.green(`✓ ${text(sentence, { login, count: endedSessions })}`),
    ...(removedPasskeys === 0 ? [] : [text('staff.passkeysRemoved', { count: removedPasskeys })]),
    ...(removedUnlockers === 0 ? [] : [text('staff.rotateAfter')]),
    ...(opensDatabase && sentence !== 'staff.sessionsEnded' ? [paint.red(`✗ ${text('staff.stillOpens')}`)] : []),
  ];
}

function passkeyLines({ text, paint, format }: Invocation, passkeys: readonly PasskeyLine[]): readonly string[] {
  if (passkeys.length === 0) return [text('staff.noPasskey')];
  const columns: readonly Column<PasskeyLine>[] = [
    { header: text('staff.passkey'), cell: ({ name }) => name },
    { header: text('staff.since'), cell: ({ since }) => format.instant(since) },
    {
      header: text('staff.lastSignIn'),
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? '—' : format.instant(lastUsedAt)),
    },
    {
      header: text('staff.opensDatabase'),
      cell: ({ opensDatabase }) => text(opensDatabase ? 'staff.yes' : 'staff.no'),
    },
  ];
  return tableLines(columns, passkeys, paint);
}

function sessionLines({ text, paint, format }: Invocation, sessions: readonly UserSession[]): readonly string[] {
  if (sessions.length === 0) return [text('staff.noSession')];
  const columns: readonly Column<UserSession>[] = [
    { header: text('staff.since'), cell: ({ since }) => format.instant(since) },
    { header: text('staff.lastUsed'), cell: ({ lastUsedAt }) => format.instant(lastUsedAt) },
    { header: text('staff.device'), cell: ({ device, browser }) => device ?? browser ?? '—' },
    { header: text('staff.address'), cell: ({ address }) => address ?? '—' },
  ];
  return tableLines(columns, sessions, paint);
}
