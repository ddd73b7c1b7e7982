import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { html, scriptedPage } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';
import { PASSKEYS_PROGRAM } from '@santehaggui/runtime/passkeys/passkeys-program.ts';
import { type HubRoute, hubRoute } from './hub-route.ts';

/** Where the page is, below the root of the hub. */
export const PASSKEYS_PATH = '/cles-acces';

/** Where the programs of the hub's pages are. */
export const PROGRAMS_PATH = '/programmes';

/** The page on which people make, name and remove their passkeys, and the programs that pages with passkeys need. */
export function passkeysPages(host: string): readonly HubRoute[] {
  const folder = join(import.meta.dirname, 'browser');
  return [
    hubRoute({
      ...{ method: 'get', path: PASSKEYS_PATH, policy: 'public', tag: 'pages', summary: 'Mes clés d’accès au hub' },
      handler: () => passkeysPage(host),
    }),
    ...[PASSKEYS_PROGRAM, { folder, name: 'own-passkeys.js' }, { folder, name: 'sign-form.js' }].map((file) =>
      program(file),
    ),
  ];
}

function program({ folder, name }: { readonly folder: string; readonly name: string }): HubRoute {
  let text: string | undefined;
  return hubRoute({
    ...{ method: 'get', path: `${PROGRAMS_PATH}/${name}`, policy: 'public', tag: 'pages' },
    summary: `Le programme de la page (${name})`,
    handler: () => {
      text ??= readFileSync(join(folder, name), 'utf8');
      return { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: text };
    },
  });
}

/** It holds nobody's data: its program asks the API. */
function passkeysPage(host: string): Answer {
  return scriptedPage(
    'Mes clés d’accès au hub',
    html`<p class="warn" id="failed" role="alert" hidden></p>
<p class="good" id="done" role="status" hidden></p>
<p class="warn" id="not-here" data-host="${host}" hidden>Les clés d’accès ne valent qu’à l’adresse <b>https://${host}</b> : ouvrez
cette page par ce nom.</p>
<section id="enter" hidden>
<button type="button" id="with-passkey">Entrer avec ma clé d’accès</button>
<h2>Ma première clé d’accès</h2>
<p>L’opérateur du hub vous a donné un mot de passe et, par une autre voie, une invitation de quatre mots.</p>
<form id="invited">
<label for="login">Login</label><input id="login" required maxlength="60" autocomplete="username" autocapitalize="none">
<label for="password">Mot de passe</label><input id="password" type="password" required autocomplete="current-password">
<label for="words">Les quatre mots</label><input id="words" required maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false">
<label for="first-name">Nom de la clé d’accès</label><input id="first-name" required minlength="2" maxlength="60" autocomplete="off" placeholder="Mon téléphone">
<button>Faire ma clé d’accès</button>
</form>
</section>
<section id="mine" hidden>
<div id="listed"></div>
<form id="another">
<label for="name">Nom d’une autre clé d’accès</label><input id="name" required minlength="2" maxlength="60" autocomplete="off" placeholder="Mon ordinateur">
<p class="dim">Une clé d’accès que vous avez sera demandée d’abord, puis la nouvelle se fait.</p>
<button>Ajouter</button>
</form>
<details id="change"><summary>Mon mot de passe</summary>
<form id="new-password">
<label for="present">Mot de passe actuel</label><input id="present" type="password" required autocomplete="current-password">
<label for="chosen">Nouveau mot de passe</label><input id="chosen" type="password" required minlength="10" maxlength="200" autocomplete="new-password">
<button>Changer</button>
</form>
</details>
<p class="leaving"><button type="button" class="plain" id="leave">Se déconnecter partout</button></p>
</section>
<script src="${PROGRAMS_PATH}/own-passkeys.js" type="module"></script>`,
  );
}
