import { html, scriptedPage } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';

/** Where the page and its program are. */
export const ACCESS_PAGE = '/acces';

/** The page for a patient who asks who read the record; it holds nobody's data: its program asks the API for them. */
export function accessPage(facilityName: string): Answer {
  return scriptedPage(
    'Qui a lu mon dossier ?',
    html`<p class="dim">${facilityName}</p>
<p class="warn" id="failed" role="alert" hidden></p>
<form id="sign-in" hidden>
<p>Réservé au chef de poste : connectez-vous.</p>
<label for="login">Identifiant</label><input id="login" required autocomplete="username" autocapitalize="none">
<label for="password">Mot de passe</label><input id="password" type="password" required autocomplete="current-password">
<button>Se connecter</button>
</form>
<section id="search" hidden>
<label for="typed">Patient : nom, téléphone ou numéro du carnet</label>
<input id="typed" type="search" autocomplete="off">
<ul id="found"></ul>
</section>
<section id="accesses" hidden>
<h2 id="patient"></h2>
<p id="none" hidden>Personne n’a ouvert ce dossier ici.</p>
<table id="listed" class="dim"><thead><tr><th>Quand</th><th>Qui</th><th>Quoi</th><th>Pourquoi</th></tr></thead><tbody id="rows"></tbody></table>
<p class="warn" id="cut" hidden>Les accès plus anciens ne sont pas montrés.</p>
<section id="elsewhere" hidden>
<h2>Ouvert en urgence dans un autre centre</h2>
<ul id="others"></ul>
</section>
<h2>Comment vérifier</h2>
<p>Chaque ligne porte le numéro d’une entrée du journal d’audit de ce poste. Le journal ne peut être ni réécrit ni raccourci sans que
cela se voie : son empreinte est signée par le poste, puis par le hub du district.</p>
<p>Empreinte, <span id="entries"></span> entrées : <code id="head"></code></p>
<p id="anchored"></p>
<p class="paper">Imprimé le <span id="printed-on"></span>. Le fichier de preuve se vérifie sans ce poste : « haggui audit check FICHIER ».</p>
<button type="button" id="print">Imprimer pour le patient</button>
<button type="button" class="plain" id="proof">Fichier de preuve</button>
<button type="button" class="plain" id="other">Autre patient</button>
</section>
<script src="${ACCESS_PAGE}/accesses.js" type="module"></script>`,
  );
}
