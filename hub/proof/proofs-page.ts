import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { type Html, html, htmlPage, pageWithScripts } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';
import type { HubCodeSent } from '../people/hub-codes-service.ts';
import { PASSKEYS_PATH, PROGRAMS_PATH } from '../people/passkeys-pages.ts';
import type { ProofLine } from './proofs-service.ts';

/** Where the page is, below the root of the hub. */
export const PROOFS_PATH = '/etablissements';

const TITLE = 'Établissements et hub';

/** The door of the page: whoever may read reports signs in for one look. `problem`: why it was not opened. */
export function proofsDoor(problem?: string): Answer {
  const body = html`${problem === undefined ? null : html`<p class="warn">${problem}</p>`}
<p>Connectez-vous pour voir si chaque établissement et le hub détiennent la même chose. Rien n’est gardé : chaque regard se signe.</p>
${form('Voir')}`;
  return pageWithScripts(TITLE, body, problem === undefined ? 200 : 401);
}

/** The second door, for whose password is right: the code that was sent has to come back. */
export function proofsCodeDoor({ attempt, ending }: Pick<HubCodeSent, 'attempt' | 'ending'>, login: string): Answer {
  return htmlPage(
    TITLE,
    html`<p>Un code est parti vers <b>${ending}</b>. Il vaut dix minutes.</p>
<form method="post" action="${PROOFS_PATH}">
<input type="hidden" name="login" value="${login}"><input type="hidden" name="attempt" value="${attempt}">
<label for="otp">Le code</label>
<input id="otp" name="otp" required inputmode="numeric" pattern="[0-9]{6}" maxlength="6" autocomplete="one-time-code">
<button>Voir</button>
</form>`,
    202,
  );
}

/** Every facility: when it was proven equal and at which number, what waits and since when, what differs. */
export function proofsPage(lines: readonly ProofLine[], { region, nowMs }: PageContext): Answer {
  const enrolled = lines.filter(({ isEnrolled }) => isEnrolled);
  const proven = enrolled.filter(({ proof }) => proof.provenAt !== null && proof.differedAt === null).length;
  const differing = enrolled.filter(({ proof }) => proof.differedAt !== null).length;
  const verdict =
    differing === 0
      ? html`<p class="good">${proven} établissement(s) sur ${enrolled.length} prouvés identiques au hub.</p>`
      : html`<p class="warn">${differing} établissement(s) différents du hub à la dernière comparaison.</p>`;
  const body = html`<p class="dim">${region ?? 'Tout le pays'}, le ${moment(new Date(nowMs).toISOString())}</p>
${verdict}
${lines.map((line) => facilityPart(line))}
<h2>Regarder de nouveau</h2>
${form('Voir')}`;
  return pageWithScripts(TITLE, body);
}

type PageContext = { readonly region: string | null; readonly nowMs: number };

function form(label: string): Html {
  return html`<form method="post" action="${PROOFS_PATH}" id="with-passkey" hidden>
<input type="hidden" name="passkey" id="passkey">
<button>${label} avec ma clé d’accès</button>
<p class="warn" id="failed" role="alert" hidden></p>
</form>
<form method="post" action="${PROOFS_PATH}">
<label for="login">Login</label><input id="login" name="login" autocomplete="username" required maxlength="60">
<label for="password">Mot de passe</label><input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
<button class="plain">${label} avec mon mot de passe</button>
</form>
<p class="dim"><a href="${PASSKEYS_PATH}">Mes clés d’accès</a></p>
<script src="${PROGRAMS_PATH}/sign-form.js" type="module"></script>`;
}

function facilityPart({ code, name, region, isEnrolled, lastSeenAt, proof }: ProofLine): Html {
  if (!isEnrolled) return html`<h2>${name}</h2><p class="dim">${code}, ${region} : aucun poste encore.</p>`;
  const rows: readonly (readonly [string, string])[] = [
    ['Prouvé identique', provenText(proof)],
    ['Attend au poste', waitingUpText(proof, lastSeenAt)],
    ['Attend au hub', waitingDownText(proof)],
    ...(proof.loading === null ? [] : [['Chargement', loadingText(proof.loading)] as const]),
    ...(proof.mendedAt === null ? [] : [['Réparé ici', mendedText(proof)] as const]),
  ];
  const differs =
    proof.differedAt === null
      ? html`<p class="dim">${code}, ${region}</p>`
      : html`<p class="warn">Différent le ${moment(proof.differedAt)} : ${differingText(proof)}.</p>`;
  return html`<h2>${name}</h2>
${differs}
<table>${rows.map(([label, value]) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>`)}</table>`;
}

type Proof = ProofLine['proof'];

function provenText({ provenAt, provenSequence }: Proof): string {
  return provenAt === null ? 'jamais encore' : `le ${moment(provenAt)}, au numéro ${count(provenSequence ?? 0)}`;
}

function waitingUpText({ waitingUp }: Proof, lastSeenAt: string | null): string {
  if (lastSeenAt === null) return 'il n’a jamais appelé';
  const what = waitingUp === null ? 'inconnu' : `${count(waitingUp)} changement(s)`;
  return `${what}, à son dernier appel le ${moment(lastSeenAt)}`;
}

function waitingDownText({ waitingDown, waitingDownSince }: Proof): string {
  if (waitingDown === 0) return 'rien';
  const since = waitingDownSince === null ? '' : `, le plus ancien depuis le ${moment(waitingDownSince)}`;
  return `${count(waitingDown)} changement(s)${since}`;
}

function loadingText({ patients, left }: NonNullable<Proof['loading']>): string {
  return `${count(patients - left)} / ${count(patients)} dossiers donnés, les plus récents d’abord`;
}

function mendedText({ mendedAt, changesMended, recordsMended }: Proof): string {
  const what = `${count(changesMended)} changement(s), ${count(recordsMended)} fiche(s)`;
  return mendedAt === null ? what : `${what}, la dernière fois le ${moment(mendedAt)}`;
}

function differingText({ differing }: Proof): string {
  return differing.map(({ recordType, records }) => `${count(records)} ${labelOf(recordType)}`).join(', ');
}

function labelOf(recordType: string): string {
  return /^\d+$/.test(recordType)
    ? `fiche(s) de type ${recordType}`
    : recordTypeNamed(recordType).label.fr.toLowerCase();
}

function count(number: number): string {
  return number.toLocaleString('fr-FR');
}

/** In Mali's time, which is UTC. */
function moment(instant: string): string {
  const options = { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat('fr-FR', options).format(new Date(instant));
}
