import { html, scriptedPage } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';

/** Where the page and its program are. */
export const RIGHTS_PAGE = '/droits';

/** The page where a facility's administrator edits what each role may do; it holds nobody's data: its program asks the API. */
export function rightsPage(facilityName: string): Answer {
  return scriptedPage(
    'Qui peut faire quoi',
    html`<p class="dim">${facilityName}</p>
<p class="warn" id="failed" role="alert" hidden></p>
<form id="sign-in" hidden>
<p>Réservé au chef de poste et à l’informatique : connectez-vous.</p>
<label for="login">Identifiant</label><input id="login" required autocomplete="username" autocapitalize="none">
<label for="password">Mot de passe</label><input id="password" type="password" required autocomplete="current-password">
<button>Se connecter</button>
</form>
<section id="roles" hidden>
<p>Choisissez une fonction. Ce qui est permis vient du hub ; l’établissement peut retirer, et ajouter dans les limites que le hub fixe.</p>
<table><thead><tr><th>Fonction</th><th>Comptes</th><th>Édition d’ici</th><th>Édition du hub</th></tr></thead><tbody id="role-rows"></tbody></table>
</section>
<form id="role" hidden>
<h2 id="role-name"></h2>
<p id="staff" class="dim"></p>
<p class="warn" id="beyond" hidden>Le hub a baissé les limites : une partie des règles d’ici n’a plus d’effet. Enregistrez une nouvelle édition.</p>
<p class="dim">Coché : permis. <b>+</b> : ajouté ici. <b>−</b> : retiré ici. <b>*</b> : sous condition. Un tiret : ni le hub ni vous.</p>
<div id="grid"></div>
<details><summary>Règles particulières (conditions), en JSON</summary>
<p class="dim">Une liste de règles CASL, gardée avec les cases ci-dessus. Exemple : ne lire que les fiches faites ici :
<code>[{"action":"read","subject":"patient","inverted":true,"conditions":{"facility":"other"}}]</code></p>
<label for="special">Règles</label><textarea id="special" spellcheck="false"></textarea>
</details>
<button type="button" id="try">Voir l’effet</button>
<section id="effect" hidden aria-live="polite">
<h2>Effet</h2>
<p id="nothing" hidden>Rien ne change.</p>
<p id="concerned"></p>
<ul id="changes"></ul>
<label for="reason">Pourquoi</label><input id="reason" maxlength="200" autocomplete="off">
<button>Enregistrer cette édition</button>
</section>
<p class="good" id="saved" role="status" hidden></p>
<h2>Éditions</h2>
<p id="no-edition" hidden>Aucune : les droits sont ceux du hub.</p>
<table id="history"><thead><tr><th>N°</th><th>Quand</th><th>Par</th><th>Pourquoi</th><th></th></tr></thead><tbody id="editions"></tbody></table>
<button type="button" class="plain" id="other">Autre fonction</button>
</form>
<script src="${RIGHTS_PAGE}/rights.js" type="module"></script>`,
  );
}
