import { EMERGENCY_REASONS } from '@santehaggui/protocols/records/emergency-access.ts';
import { codeWords } from '@santehaggui/protocols/records/value-words.ts';
import { html, scriptedPage } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';

/** Where the page and its program are. */
export const EMERGENCY_PAGE = '/urgences';

/** The page where a record is opened in an emergency, and where that is reviewed; it holds nobody's data: its program asks the API. */
export function emergencyPage(facilityName: string): Answer {
  const reasons = EMERGENCY_REASONS.map((code) => html`<option value="${code}">${codeWords(code, 'fr')}</option>`);
  return scriptedPage(
    'Accès d’urgence',
    html`<p class="dim">${facilityName}</p>
<p class="warn" id="failed" role="alert" hidden></p>
<form id="sign-in" hidden>
<p>Réservé aux soignants et à qui examine les accès : connectez-vous.</p>
<label for="login">Identifiant</label><input id="login" required autocomplete="username" autocapitalize="none">
<label for="password">Mot de passe</label><input id="password" type="password" required autocomplete="current-password">
<button>Se connecter</button>
</form>
<section id="accesses" hidden>
<p class="good" id="done" role="status" hidden></p>
<button type="button" id="begin" hidden>Ouvrir un dossier en urgence</button>
<h2 id="listed"></h2>
<p class="choice" id="filters"><label><input type="checkbox" id="only-waiting"> seulement ce qui est à examiner</label></p>
<p id="none" hidden>Aucun accès d’urgence.</p>
<div id="lines"></div>
<button type="button" class="plain" id="more" hidden>Plus anciens</button>
</section>
<section id="who" hidden>
<h2>Quel patient ?</h2>
<p>Chaque recherche et chaque lecture sont tracées, un responsable est prévenu, et le patient peut le voir.</p>
<label for="typed">Nom, téléphone ou numéro du carnet</label>
<input id="typed" type="search" autocomplete="off">
<ul id="found"></ul>
<p id="nobody" hidden>Personne ici ne répond à cela. S’il a un carnet d’un autre centre, écrivez son numéro entier :
<button type="button" id="by-number">Demander ce dossier aux autres centres</button></p>
<button type="button" class="plain" id="back">Retour</button>
</section>
<form id="why" hidden>
<h2 id="patient"></h2>
<label for="reason">Pourquoi</label>
<select id="reason">${reasons}</select>
<label for="text">Que se passe-t-il ?</label>
<textarea id="text" required minlength="10" maxlength="300" rows="3"></textarea>
<p class="choice"><label><input type="checkbox" id="others"> demander aussi ce que d’autres centres ont de ce patient</label></p>
<button>Ouvrir maintenant</button>
<button type="button" class="plain" id="cancel">Renoncer</button>
</form>
<form id="review" hidden>
<h2>Cet accès était-il justifié ?</h2>
<div id="reviewed-line"></div>
<p class="choice"><label><input type="radio" name="review" value="justified" required> justifié</label>
<label><input type="radio" name="review" value="unjustified"> non justifié</label></p>
<label for="remark">Remarque</label>
<textarea id="remark" required minlength="3" maxlength="300" rows="2"></textarea>
<button>Enregistrer</button>
<button type="button" class="plain" id="later">Plus tard</button>
</form>
<script src="${EMERGENCY_PAGE}/emergencies.js" type="module"></script>`,
  );
}
