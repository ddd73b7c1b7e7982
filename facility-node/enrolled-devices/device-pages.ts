import { type Html, html, htmlPage, scriptedPage } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';

/** What the page of enrolment says. */
export type EnrolmentPage = {
  readonly facilityName: string;
  /** The authority's name and fingerprint as phones show them. */
  readonly authority: { readonly name: string; readonly fingerprint: string };
  /** Where the page is found over HTTPS: by the node's name, and by the address that it was asked by. */
  readonly secureLinks: readonly string[];
  readonly isSecure: boolean;
  readonly system: DeviceSystem;
};

/** What a device runs, as far as its browser says. */
export type DeviceSystem = 'android' | 'apple' | 'computer';

/** The page of enrolment tries whether a service worker can be had. */
const WITH_WORKER = { 'worker-src': ["'self'"], 'trusted-types': ['service-worker'] };

/** Tells what a browser says that it runs on. */
export function systemOf(userAgent: string | undefined): DeviceSystem {
  if (/android/i.test(userAgent ?? '')) return 'android';
  return /iphone|ipad|ipod/i.test(userAgent ?? '') ? 'apple' : 'computer';
}

/** The page that a scanned code opens: first the certificate, then, over HTTPS, whether it is trusted and the device's name. */
export function enrolmentPage(page: EnrolmentPage): Answer {
  return scripted(
    'Enrôler cet appareil',
    '/appareil/enrol-device.js',
    page.isSecure ? secureBody(page) : plainBody(page),
  );
}

/** The page on which an administrator invites and withdraws devices. */
export function devicesPage(facilityName: string): Answer {
  return scripted('Appareils du poste', '/appareils/manage-devices.js', managementBody(facilityName));
}

/** The way into the node's pages. */
export function frontPage(facilityName: string): Answer {
  return htmlPage(
    facilityName,
    html`<p>Vous êtes sur le poste de cet établissement.</p>
<ul>
<li><a href="/appareil">Enrôler ce téléphone ou cette tablette</a></li>
<li><a href="/consentements">Consentements des patients</a></li>
<li><a href="/urgences">Accès d’urgence à un dossier</a> (soignants ; qui les examine)</li>
<li><a href="/mes-sessions">Mes sessions : où je suis connecté</a></li>
<li><a href="/mes-preuves">Comment je me connecte : clés d’accès, code par SMS</a></li>
<li><a href="/acces">Qui a lu un dossier ?</a> (chef de poste)</li>
<li><a href="/droits">Qui peut faire quoi</a> (chef de poste, informatique)</li>
<li><a href="/appareils">Appareils du poste</a> (administrateur)</li>
<li><a href="/api/docs">Documentation pour les programmes</a></li>
</ul>`,
  );
}

function scripted(title: string, script: string, body: Html): Answer {
  return scriptedPage(title, html`${body}<script src="${script}" type="module"></script>`, WITH_WORKER);
}

function plainBody({ facilityName, authority, secureLinks, system }: EnrolmentPage): Html {
  const [first, ...others] = secureLinks;
  return html`<p>Poste de <strong>${facilityName}</strong>. En trois étapes, cet appareil fera confiance au poste. Restez sur le
Wi-Fi du poste.</p>
<p class="warn" id="no-token" hidden>Ce lien n’a pas de code : scannez celui que l’administrateur affiche
(<code>haggui device add</code>).</p>
<h2>1. Installer le certificat</h2>
${certificateSteps(system)}
<h2>2. Comparer</h2>
<p>Dans le téléphone, le certificat « ${authority.name} » a une empreinte SHA-256. Ses premiers signes doivent être ceux que
<strong>l’écran du poste</strong> affiche. Ne les comparez pas avec cette page : une fausse page mentirait. S’ils diffèrent,
supprimez le certificat et prévenez l’administrateur.</p>
<h2>3. Vérifier</h2>
<p><a class="button" data-carry href="${first ?? '/appareil'}">Vérifier et continuer</a></p>
${others.map((link) => html`<p class="dim">Si cette page ne s’ouvre pas : <a data-carry href="${link}">par l’adresse du poste</a>.</p>`)}`;
}

function certificateSteps(system: DeviceSystem): Html {
  const steps: Readonly<Record<DeviceSystem, Html>> = {
    android: html`<details${isOpen(system, 'android')}><summary>Téléphone ou tablette Android</summary>
<ol>
<li><a class="button" href="/appareil/autorite.crt" download>Télécharger le certificat</a></li>
<li>Ouvrez <b>Paramètres</b> → <b>Sécurité</b> → <b>Autres paramètres de sécurité</b> (ou <b>Chiffrement et identifiants</b>).</li>
<li><b>Installer un certificat</b> → <b>Certificat CA</b> → <b>Installer quand même</b>.</li>
<li>Choisissez le fichier <b>santehaggui.crt</b> dans les téléchargements.</li>
</ol>
<p class="dim">Android rappelle ensuite que « le réseau peut être surveillé » : ce certificat ne vaut que pour ce poste.</p></details>`,
    apple: html`<details${isOpen(system, 'apple')}><summary>iPhone ou iPad</summary>
<ol>
<li><a class="button" href="/appareil/autorite.mobileconfig">Télécharger le profil</a>, puis <b>Autoriser</b>.</li>
<li><b>Réglages</b> → <b>Profil téléchargé</b> → <b>Installer</b>.</li>
<li><b>Réglages</b> → <b>Général</b> → <b>Informations</b> → <b>Réglages des certificats</b> : activez le certificat du poste.</li>
</ol></details>`,
    computer: html`<details${isOpen(system, 'computer')}><summary>Ordinateur</summary>
<ol>
<li><a class="button" href="/appareil/autorite.crt" download>Télécharger le certificat</a></li>
<li><b>Windows</b> : ouvrez le fichier → <b>Installer un certificat</b> → <b>Autorités de certification racines de confiance</b>.</li>
<li><b>Linux, ChromeOS</b> : dans Chrome, <b>Paramètres</b> → <b>Sécurité</b> → <b>Gérer les certificats</b> → <b>Importer</b>.</li>
<li><b>Firefox</b> : <b>Paramètres</b> → <b>Certificats</b> → <b>Afficher</b> → <b>Autorités</b> → <b>Importer</b>.</li>
</ol></details>`,
  };
  const others = (Object.keys(steps) as DeviceSystem[]).filter((name) => name !== system);
  return html`${[system, ...others].map((name) => steps[name])}`;
}

function isOpen(system: DeviceSystem, section: DeviceSystem): Html {
  return system === section ? html` open` : html``;
}

function secureBody({ facilityName, system }: EnrolmentPage): Html {
  return html`<p>Poste de <strong>${facilityName}</strong>.</p>
<h2>3. Vérifier</h2>
<ul class="checks" aria-live="polite">
<li id="check-context">Connexion de confiance : <b>…</b></li>
<li id="check-worker">Travail sans réseau : <b>…</b></li>
<li id="check-passkeys">Clés d’accès (empreinte, visage) : <b>…</b></li>
</ul>
<p class="warn" id="not-trusted" hidden>Cet appareil ne fait pas encore confiance au poste : installez le certificat, puis rouvrez
cette page.</p>
<p class="warn" id="no-token" hidden>Ce lien n’a pas de code : scannez celui que l’administrateur affiche
(<code>haggui device add</code>).</p>
<form id="enrol" hidden>
<label for="name">Nom de cet appareil</label>
<input id="name" name="name" required minlength="2" maxlength="60" autocomplete="off" placeholder="Tablette de la maternité">
<button>Enrôler cet appareil</button>
</form>
<p class="warn" id="failed" role="alert" hidden></p>
<div id="done" class="good" hidden><p>C’est fait : cet appareil est enrôlé sous le nom « <b id="done-name"></b> ».</p>
<p><a href="/">Ouvrir le poste</a></p></div>
<details id="help"><summary>Installer le certificat</summary>${certificateSteps(system)}</details>`;
}

function managementBody(facilityName: string): Html {
  return html`<p>Les tablettes et téléphones de <strong>${facilityName}</strong>.</p>
<form id="sign-in" hidden>
<label for="login">Identifiant</label><input id="login" name="login" required autocomplete="username">
<label for="password">Mot de passe</label><input id="password" name="password" type="password" required autocomplete="current-password">
<button>Se connecter</button>
</form>
<p class="warn" id="failed" role="alert" hidden></p>
<section id="managed" hidden>
<button id="invite" type="button">Ajouter un appareil</button>
<div id="invitation" hidden>
<p>Sur le Wi-Fi du poste, scannez ce code avec l’appareil. Il sert une fois, jusqu’à <b id="expires"></b>.</p>
<canvas id="qr" width="1" height="1" role="img" aria-label="Code QR d’enrôlement"></canvas>
<p class="dim"><code id="link"></code></p>
<p>L’empreinte SHA-256 du certificat commence par<br><b class="fingerprint" id="fingerprint"></b></p>
</div>
<h2>Enrôlés</h2>
<p id="none" hidden>Aucun pour le moment.</p>
<ul id="devices" class="devices"></ul>
</section>`;
}
