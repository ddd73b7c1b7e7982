import { join } from 'node:path';
import { html, scriptedPage } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';
import { type NodeRoute, openRoute } from '../people/node-route.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { programRoute } from '../people/page-programs.ts';

const PAGE = '/mes-preuves';
const PROGRAM = 'own-factors.js';

/** The page on which people set how they prove who they are, and its program, below the root of the LAN port. */
export function factorsPageRoutes(facility: Pick<OwnFacility, 'name'>): readonly NodeRoute[] {
  return [
    openRoute({
      method: 'get',
      path: PAGE,
      summary: 'Comment je me connecte',
      handler: () => factorsPage(facility.name),
    }),
    programRoute(`${PAGE}/${PROGRAM}`, { folder: join(import.meta.dirname, 'browser'), name: PROGRAM }),
  ];
}

/** It holds nobody's data: its program asks the API. */
function factorsPage(facilityName: string): Answer {
  return scriptedPage(
    'Comment je me connecte',
    html`<p class="dim">${facilityName}</p>
<p class="warn" id="failed" role="alert" hidden></p>
<form id="sign-in" hidden>
<p>Connectez-vous pour régler comment vous prouvez que c’est vous : clés d’accès, code par SMS.</p>
<label for="login">Identifiant</label><input id="login" required autocomplete="username" autocapitalize="none">
<label for="password">Mot de passe</label><input id="password" type="password" required autocomplete="current-password">
<button>Se connecter</button>
</form>
<section id="factors" hidden>
<p class="good" id="done" role="status" hidden></p>
<div id="confirm">
<label for="confirm-password">Pour changer quelque chose ici, mon mot de passe encore une fois</label>
<input id="confirm-password" type="password" autocomplete="current-password">
</div>
<h2>Clés d’accès</h2>
<p class="dim">Votre doigt, votre visage ou le code de cet appareil, à la place du mot de passe. La clé d’accès reste dans l’appareil.</p>
<p class="warn" id="no-passkeys-here" hidden>Pas ici : enrôlez cet appareil, puis ouvrez le poste par son nom,
<b id="host"></b>.</p>
<div id="listed"></div>
<form id="add">
<label for="name">Nom de la nouvelle clé d’accès</label>
<input id="name" required minlength="2" maxlength="60" autocomplete="off" placeholder="Mon téléphone">
<button>Ajouter une clé d’accès</button>
</form>
<h2>Un code par SMS</h2>
<p id="no-phone">Aucun : votre mot de passe suffit partout.</p>
<p id="has-phone" hidden>Sur un appareil où vous ne vous êtes pas encore connecté, un code part au numéro qui finit par
<b id="phone-ending"></b>.</p>
<p class="dim" id="no-sender" hidden>Ce poste n’a rien pour envoyer des SMS.</p>
<form id="phone">
<label for="phone-number">Mon numéro de téléphone</label><input id="phone-number" type="tel" required autocomplete="tel">
<button>Envoyer un code à ce numéro</button>
</form>
<form id="phone-code" hidden>
<label for="code">Le code reçu</label>
<input id="code" required inputmode="numeric" pattern="[0-9]{6}" maxlength="6" autocomplete="one-time-code">
<button>C’est bien mon numéro</button>
</form>
<button type="button" class="plain" id="remove-phone" hidden>Ne plus demander de code</button>
</section>
<script src="${PAGE}/${PROGRAM}" type="module"></script>`,
  );
}
