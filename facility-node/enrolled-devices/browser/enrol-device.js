// The page /appareil: carries the code from the plain page to the encrypted one, checks what the browser grants there, enrols.
const byId = (id) => document.getElementById(id);
const show = (id) => {
  const element = byId(id);
  if (element !== null) element.hidden = false;
};
const token = /^#([\w-]{22})$/.exec(location.hash)?.[1];

for (const link of document.querySelectorAll('a[data-carry]')) link.hash = location.hash;
if (token === undefined) show('no-token');

const WORKER = '/appareil/service-worker.js';

/** The one address that this page takes for a script, whatever is asked for (W3C Trusted Types). */
const workerUrl = () => {
  const types = globalThis.trustedTypes;
  if (types === undefined) return WORKER;
  return types.createPolicy('service-worker', { createScriptURL: () => WORKER }).createScriptURL(WORKER);
};

/** A service worker can be registered only where the certificate is trusted: who clicked a warning away has none. */
const hasWorker = async () => {
  try {
    const registration = await navigator.serviceWorker.register(workerUrl(), { scope: '/appareil/' });
    await registration.unregister();
    return true;
  } catch {
    return false;
  }
};

const tell = (id, isGood, words) => {
  const [place] = byId(id).getElementsByTagName('b');
  place.textContent = words;
  byId(id).classList.add(isGood ? 'yes' : 'no');
};

const check = async () => {
  const isTrusted = window.isSecureContext && (await hasWorker());
  tell('check-context', window.isSecureContext, window.isSecureContext ? 'oui' : 'non');
  tell('check-worker', isTrusted, isTrusted ? 'oui' : 'non');
  // WebAuthn §5.1.3: a relying party is a name, never an address.
  const isNamed = /[a-z]$/i.test(location.hostname);
  const hasPasskeys = isTrusted && isNamed && typeof PublicKeyCredential === 'function';
  const words = hasPasskeys ? 'oui' : isNamed ? 'non' : 'non : ouvrez le poste par son nom';
  tell('check-passkeys', hasPasskeys, words);
  if (!isTrusted) {
    show('not-trusted');
    byId('help').open = true;
    return;
  }
  if (token !== undefined) show('enrol');
};

let isEnrolling = false;
const enrol = async (event) => {
  event.preventDefault();
  // The code serves once: the second tap of a finger that did not wait would be told that it is worth nothing.
  if (isEnrolling) return;
  isEnrolling = true;
  byId('failed').hidden = true;
  const name = byId('name').value.trim();
  const answer = await fetch('/appareil/inscription', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': 'fr' },
    body: JSON.stringify({ token, name }),
  }).catch(() => null);
  if (answer?.ok) {
    history.replaceState(null, '', location.pathname);
    byId('enrol').hidden = true;
    byId('done-name').textContent = name;
    show('done');
    return;
  }
  const problem = answer === null ? null : await answer.json().catch(() => null);
  byId('failed').textContent = [problem?.title ?? 'Le poste ne répond pas', problem?.remedy].filter(Boolean).join('. ');
  show('failed');
  isEnrolling = false;
};

if (byId('enrol') !== null) {
  byId('enrol').addEventListener('submit', enrol);
  check();
}
