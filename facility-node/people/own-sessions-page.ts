import { join } from 'node:path';
import { html, scriptedPage } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';
import { type NodeRoute, openRoute } from './node-route.ts';
import type { OwnFacility } from './own-facility.ts';
import { programRoute } from './page-programs.ts';

const PAGE = '/mes-sessions';
const PROGRAM = 'own-sessions.js';

/** The page on which people see where they are signed in, and its program, below the root of the LAN port. */
export function ownSessionsPageRoutes(facility: Pick<OwnFacility, 'name'>): readonly NodeRoute[] {
  return [
    openRoute({ method: 'get', path: PAGE, summary: 'Mes sessions', handler: () => ownSessionsPage(facility.name) }),
    programRoute(`${PAGE}/${PROGRAM}`, { folder: join(import.meta.dirname, 'browser'), name: PROGRAM }),
  ];
}

/** It holds nobody's data: its program asks the API. */
function ownSessionsPage(facilityName: string): Answer {
  return scriptedPage(
    'Mes sessions',
    html`<p class="dim">${facilityName}</p>
<p class="warn" id="failed" role="alert" hidden></p>
<form id="sign-in" hidden>
<p>Connectez-vous pour voir où votre compte est ouvert.</p>
<label for="login">Identifiant</label><input id="login" required autocomplete="username" autocapitalize="none">
<label for="password">Mot de passe</label><input id="password" type="password" required autocomplete="current-password">
<details id="change"><summary>Choisir un autre mot de passe, ou remplacer un mot de passe provisoire</summary>
<label for="new-password">Nouveau mot de passe (8 caractères au moins)</label>
<input id="new-password" type="password" minlength="8" autocomplete="new-password">
<p class="dim">Vos sessions sur les autres appareils se terminent.</p>
</details>
<button>Se connecter</button>
</form>
<section id="sessions" hidden>
<p>Votre compte est ouvert ici. Vous ne reconnaissez pas un appareil ? Terminez sa session, puis changez votre mot de passe.</p>
<p class="good" id="done" role="status" hidden></p>
<div id="listed"></div>
<button type="button" id="end-others" hidden>Terminer toutes les autres</button>
<button type="button" class="plain" id="change-password">Changer mon mot de passe</button>
<p class="dim">« Utilisée » est exact à dix minutes près. Une session sans activité se termine seule après 12 heures. Heures en temps universel, celui du Mali.</p>
</section>
<script src="${PAGE}/${PROGRAM}" type="module"></script>`,
  );
}
