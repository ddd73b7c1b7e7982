import { type Html, html, htmlPage, pageWithScripts } from '@santehaggui/runtime/http/html-page.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';

/** What the page of a locked node says beside its forms. */
export type LockedPage = {
  readonly facilityName: string;
  /** The name by which a browser has to open this page to use a passkey; undefined where no passkey opens this node. */
  readonly passkeyHost?: string | undefined;
  /** What to read out to the hub’s operator, where the hub can open this node. */
  readonly hubWords?: readonly string[] | undefined;
  readonly message?: { readonly kind: 'good' | 'warn'; readonly text: string };
  readonly status?: number;
};

/** The page of a locked node: open it, or leave an urgent note. */
export function lockedPage({ facilityName, passkeyHost, hubWords, message, status = 200 }: LockedPage): Answer {
  const page = passkeyHost === undefined ? htmlPage : pageWithScripts;
  return page(
    `${facilityName} : poste verrouillé`,
    html`
${message === undefined ? null : html`<p class="${message.kind}" role="status">${message.text}</p>`}
<p>Le courant est revenu. Les dossiers restent fermés tant qu’une personne habilitée n’a pas ouvert le poste.</p>
${passkeyHost === undefined ? null : withPasskey(passkeyHost)}
<h2>Ouvrir avec mon mot de passe</h2>
<form method="post" action="/unlock">
<label for="login">Login</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" required maxlength="80">
<label for="password">Mot de passe (long)</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="400">
<button>Ouvrir</button>
</form>
<h2>Noter une urgence maintenant</h2>
<p class="dim">La note est scellée : personne ne la lit avant l’ouverture du poste, et elle y attendra d’être reprise.</p>
<form method="post" action="/notes">
<label for="from">Votre nom</label>
<input id="from" name="from" required maxlength="120">
<label for="text">Patient, heure, constat, soins donnés</label>
<textarea id="text" name="text" required maxlength="4000"></textarea>
<button>Garder la note</button>
</form>
<h2>Personne ne peut ouvrir ?</h2>
${hubWords === undefined ? null : throughTheHub(hubWords)}
${withTheWords()}`,
    status,
  );
}

/** The form is filled in by the program, with what the passkey makes. */
function withPasskey(host: string): Html {
  return html`<section id="passkey" data-host="${host}" hidden>
<h2>Ouvrir avec ma clé d’accès</h2>
<form method="post" action="/unlock/passkey" id="with-passkey"><input type="hidden" name="secret" id="secret">
<button>Ouvrir avec mon doigt, mon visage ou mon code</button></form>
<p class="warn" id="failed" role="alert" hidden></p>
</section>
<p class="dim" id="not-here" hidden>Vous avez une clé d’accès ? Ouvrez cette page par le nom du poste, <b>${host}</b>.</p>
<script src="/unlock-passkey.js" type="module"></script>`;
}

function throughTheHub(words: readonly string[]): Html {
  return html`<p>Appelez le district : le responsable du hub peut ouvrir ce poste à distance, s’il a du réseau. Lisez-lui ces six
mots :</p>
<ol class="words">${words.map((word) => html`<li>${word}</li>`)}</ol>
<p class="dim">Il verra les mêmes. Le poste s’ouvre dans la minute qui suit son accord.</p>`;
}

function withTheWords(): Html {
  return html`<p>Avec les douze mots de l’enveloppe scellée :</p>
<form method="post" action="/unlock/recovery">
<label for="words">Les douze mots</label>
<textarea id="words" name="words" required maxlength="400" autocapitalize="none" spellcheck="false"></textarea>
<button>Ouvrir avec les douze mots</button>
</form>`;
}

/** What is shown while the database opens. */
export function openingPage(facilityName: string): Answer {
  const answer = htmlPage(
    `${facilityName} : le poste s’ouvre`,
    html`<p class="good" role="status">Le poste s’ouvre, cela prend quelques secondes.</p><p><a href="/">Continuer</a></p>`,
  );
  return { ...answer, headers: { ...answer.headers, refresh: '5; url=/' } };
}
