import { CONSENT_CLASSES } from '@santehaggui/protocols/records/consent.ts';
import { codeWords } from '@santehaggui/protocols/records/value-words.ts';
import { type Html, html, scriptedPage } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';

/** Where the page and its programs are. */
export const CONSENT_PAGE = '/consentements';

/** The page on which staff see, take down, withdraw and print consents; it holds nobody's data: its program asks the API for them. */
export function consentPage(facilityName: string): Answer {
  return scriptedPage(
    'Consentements',
    html`<p class="dim">${facilityName}</p>
<p class="warn" id="failed" role="alert" hidden></p>
<p class="good" id="done" role="status" hidden></p>
${signInPart()}${searchPart()}${historyPart()}${termsPart()}${givingPart()}
<script src="${CONSENT_PAGE}/consents.js" type="module"></script>`,
  );
}

function signInPart(): Html {
  return html`<form id="sign-in" hidden>
<label for="login">Identifiant</label><input id="login" required autocomplete="username" autocapitalize="none">
<label for="password">Mot de passe</label><input id="password" type="password" required autocomplete="current-password">
<button>Se connecter</button>
</form>`;
}

function searchPart(): Html {
  return html`<section id="search" hidden>
<label for="typed">Patient : nom, téléphone ou numéro du carnet</label>
<input id="typed" type="search" autocomplete="off">
<ul id="found"></ul>
</section>`;
}

function historyPart(): Html {
  return html`<section id="history" hidden>
<h2 id="patient"></h2>
<p class="warn" id="asks-again" hidden>Le patient est devenu majeur : l’accord de son tuteur a pris fin. Demandez-lui son propre accord.</p>
<p id="none" hidden>Aucun consentement : rien ne sort de ce centre, sauf ce qu’une référence demande.</p>
<div id="consents"></div>
<p class="paper">Remis au patient le <span id="printed-on"></span>. Pour retirer un accord : au centre, à tout moment, sans donner de
raison. Par SMS : envoyez PARTAGE au numéro du centre pour savoir qui voit votre dossier.</p>
<button type="button" id="new">Nouveau consentement</button>
<button type="button" class="plain" id="print">Imprimer pour le patient</button>
<button type="button" class="plain" id="other">Autre patient</button>
</section>`;
}

function termsPart(): Html {
  return html`<form id="terms" hidden>
<h2>Ce que le patient décide</h2>
${choice('decision', 'permit', 'Il accepte', true)}${choice('decision', 'deny', 'Il refuse')}
<label for="recipient">Qui recevra les données ?</label>
<select id="recipient"></select>
<div id="outside" hidden>
<label for="recipient-name">Nom (assurance, université…)</label><input id="recipient-name" maxlength="120">
<label for="country">Pays</label><select id="country"></select>
</div>
<fieldset><legend>Quelles données ?</legend>
${CONSENT_CLASSES.map((name) => box(name, codeWords(name, 'fr')))}
</fieldset>
<label for="purpose">Pour quoi ?</label>
<select id="purpose">
<option value="TREAT">Le soigner</option><option value="HPAYMT">Payer ses soins</option>
<option value="HRESCH">La recherche</option><option value="PUBHLTH">La santé publique</option>
</select>
<label for="until">Jusqu’au (vide : sans date de fin)</label><input id="until" type="date">
<div id="guarded" hidden>
<h2>L’enfant est représenté par</h2>
<label for="guardian">Nom du parent ou tuteur</label><input id="guardian" maxlength="120">
<label for="relation">Lien</label>
<select id="relation"><option value="MTH">Mère</option><option value="FTH">Père</option><option value="GRPRN">Grand-parent</option>
<option value="GUARD">Tuteur légal</option></select>
<label for="guardian-phone">Son téléphone</label><input id="guardian-phone" type="tel" maxlength="30">
</div>
<button>Lire le texte</button>
<button type="button" class="plain" id="leave-terms">Annuler</button>
</form>`;
}

function givingPart(): Html {
  return html`<section id="giving" hidden>
<h2>À lire au patient</h2>
<p class="said" id="said"></p>
<h2>Comment dit-il oui ?</h2>
${choice('way', 'signed', 'Il signe sur l’écran', true)}
${choice('way', 'spoken-before-witness', 'Il le dit devant un témoin')}
${choice('way', 'sms-code', 'Par un code reçu par SMS')}
<div id="by-signed"><canvas class="pad" id="pad" width="765" height="381" aria-label="Signez ici avec le doigt"></canvas>
<button type="button" class="plain" id="clear">Effacer</button></div>
<div id="by-spoken-before-witness" hidden><label for="witness">Nom du témoin</label><input id="witness" maxlength="120"></div>
<div id="by-sms-code" hidden>
<p id="no-code" hidden>Aucun code ne peut partir : pas de modem, ou pas de numéro de mobile dans la fiche.</p>
<button type="button" class="plain" id="send-code">Envoyer le code</button>
<p id="code-sent" role="status" hidden></p>
<label for="code">Les six chiffres que le patient vous dit</label>
<input id="code" inputmode="numeric" pattern="[0-9]{6}" maxlength="6" autocomplete="one-time-code">
</div>
<button type="button" id="confirm">Enregistrer</button>
<button type="button" class="plain" id="leave-giving">Annuler</button>
</section>`;
}

function choice(name: string, value: string, words: string, isChosen = false): Html {
  const input = isChosen
    ? html`<input type="radio" name="${name}" value="${value}" checked>`
    : html`<input type="radio" name="${name}" value="${value}">`;
  return html`<label class="choice">${input} ${words}</label>`;
}

/** Nothing is let go that nobody ticked. */
function box(value: string, words: string): Html {
  return html`<label class="choice"><input type="checkbox" name="classes" value="${value}"> ${words}</label>`;
}
