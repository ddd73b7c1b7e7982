import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LockedStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { passkeySecret } from '@santehaggui/protocols/api/passkeys-api.ts';
import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import { PAGE_STYLE, STYLE_PATH } from '@santehaggui/runtime/http/html-page.ts';
import { type Answer, type Route, routeMaker } from '@santehaggui/runtime/http/route.ts';
import { PASSKEYS_PROGRAM } from '@santehaggui/runtime/passkeys/passkeys-program.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { z } from 'zod';
import { failKeys } from '../store/key-errors.ts';
import { KeyRing } from '../store/key-ring.ts';
import { appendSealedNote } from '../store/sealed-notes.ts';
import { type LockedPage, lockedPage, openingPage } from './locked-page.ts';
import type { UnlockAttempt, Unlocked, UnlockService } from './unlock-service.ts';

/** What the routes of a locked node speak to. */
export type LockedParts = {
  readonly unlocking: UnlockService;
  readonly facilityName: string;
  /** The name on the LAN certificate, which passkeys are for. */
  readonly host: string;
  readonly hubWords?: readonly string[] | undefined;
  readonly keyRingFile: string;
  readonly sealedNotesFile: string;
  readonly clock: Clock;
  readonly status: () => LockedStatus;
  /** Called once somebody has opened the ring. */
  readonly onUnlocked: (unlocked: Unlocked) => void;
};

/** Everybody may: there is nothing to read here. */
export type LockedPolicy = 'anyone';

/** A route of a locked node. */
export type LockedRoute = Route<LockedPolicy, undefined>;

const route = routeMaker<LockedPolicy, undefined>();
const anyone = { policy: 'anyone' } as const;
const passwordForm = z.strictObject({ login: z.string().min(1).max(80), password: z.string().min(1).max(400) });
const wordsForm = z.strictObject({ words: z.string().min(1).max(400) });
const passkeyForm = z.strictObject({ secret: passkeySecret });
const noteForm = z.strictObject({ from: z.string().trim().min(1).max(120), text: z.string().trim().min(1).max(4000) });

function program(path: string, { folder, name }: { readonly folder: string; readonly name: string }): LockedRoute {
  return route({
    ...anyone,
    method: 'get',
    path,
    summary: `Le programme de la page (${name})`,
    handler: () => ({
      headers: { 'content-type': 'text/javascript; charset=utf-8' },
      body: readFileSync(join(folder, name), 'utf8'),
    }),
  });
}

/** The pages of a locked node, at the root of the LAN port. */
export function lockedPageRoutes(parts: LockedParts): readonly LockedRoute[] {
  const { facilityName, host, hubWords, keyRingFile, sealedNotesFile, clock } = parts;
  const page = (more: Pick<LockedPage, 'message' | 'status'> = {}): Answer => {
    const hasPasskeys = KeyRing.read(keyRingFile)
      .unlockers()
      .some(({ kind }) => kind === 'passkey');
    return lockedPage({ facilityName, hubWords, ...(hasPasskeys ? { passkeyHost: host } : {}), ...more });
  };
  const tried = async (attempt: UnlockAttempt, address: string | undefined): Promise<Answer> => {
    try {
      parts.onUnlocked(await parts.unlocking.unlock(attempt, address ?? null));
      return openingPage(facilityName);
    } catch (error) {
      if (!(error instanceof HagguiError)) throw error;
      const { what, why = '', remedy = '' } = error.tell('fr');
      const text = [`${what}.`, why, remedy].join(' ').trim();
      return page({ message: { kind: 'warn', text }, status: error.status });
    }
  };
  return [
    route({
      ...anyone,
      method: 'get',
      path: '/',
      summary: 'La page du poste verrouillé',
      handler: () => page(),
    }),
    route({
      ...anyone,
      method: 'get',
      path: STYLE_PATH,
      summary: 'Le style des pages',
      handler: () => ({ headers: { 'content-type': 'text/css; charset=utf-8' }, body: PAGE_STYLE }),
    }),
    route({
      ...anyone,
      method: 'post',
      path: '/unlock',
      summary: 'Ouvrir avec un mot de passe',
      bodyType: 'form',
      body: passwordForm,
      handler: ({ body, request }) => tried({ kind: 'password', ...body }, request.socket.remoteAddress),
    }),
    route({
      ...anyone,
      method: 'post',
      path: '/unlock/recovery',
      summary: 'Ouvrir avec les douze mots de secours',
      bodyType: 'form',
      body: wordsForm,
      handler: ({ body, request }) => tried({ kind: 'recovery', ...body }, request.socket.remoteAddress),
    }),
    route({
      ...anyone,
      method: 'post',
      path: '/unlock/passkey',
      summary: 'Ouvrir avec une clé d’accès',
      bodyType: 'form',
      body: passkeyForm,
      handler: ({ body, request }) =>
        tried(
          { kind: 'passkey', secret: new Uint8Array(Buffer.from(body.secret, 'base64url')) },
          request.socket.remoteAddress,
        ),
    }),
    program('/unlock-passkey.js', { folder: join(import.meta.dirname, 'browser'), name: 'unlock-passkey.js' }),
    program('/personnel/passkeys.js', PASSKEYS_PROGRAM),
    route({
      ...anyone,
      method: 'post',
      path: '/notes',
      summary: 'Garder une note d’urgence, scellée',
      bodyType: 'form',
      body: noteForm,
      handler: ({ body }) => {
        const notesKey = KeyRing.read(keyRingFile).notesKey();
        appendSealedNote(sealedNotesFile, notesKey, { atMs: clock.now(), kind: 'note', ...body });
        const text = 'La note est gardée. Elle attend l’ouverture du poste.';
        return page({ message: { kind: 'good', text }, status: 201 });
      },
    }),
    ...(['get', 'post', 'put', 'patch', 'delete'] as const).map((method) =>
      route({
        ...anyone,
        method,
        path: '/{*path}',
        summary: 'Tout le reste attend l’ouverture',
        handler: () => {
          throw failKeys('SH-T180');
        },
      }),
    ),
  ];
}

/** What an operator may ask of a locked node, over the admin socket. */
export function lockedAdminRoutes(parts: LockedParts): readonly LockedRoute[] {
  return [
    route({
      ...anyone,
      method: 'get',
      path: '/status',
      summary: 'État du poste',
      handler: () => ({ body: parts.status() }),
    }),
    route({
      ...anyone,
      method: 'post',
      path: '/unlock',
      summary: 'Ouvrir la base',
      body: z.union([passwordForm, wordsForm]),
      handler: async ({ body }) => {
        const attempt: UnlockAttempt = 'words' in body ? { kind: 'recovery', ...body } : { kind: 'password', ...body };
        const unlocked = await parts.unlocking.unlock(attempt, null);
        parts.onUnlocked(unlocked);
        return { body: unlocked.by };
      },
    }),
    ...(['get', 'post', 'put', 'patch', 'delete'] as const).map((method) =>
      route({
        ...anyone,
        method,
        path: '/{*path}',
        summary: 'Tout le reste attend l’ouverture',
        handler: () => {
          throw failKeys('SH-T180');
        },
      }),
    ),
  ];
}
