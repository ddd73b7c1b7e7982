// The page /cles-acces of the hub: making, naming and removing one's passkeys. The token stays here, for ten minutes.
import { canUsePasskeys, makePasskey, usePasskey } from '/programmes/passkeys.js';

const byId = (id) => document.getElementById(id);
let accessToken = null;

const tell = (id, words) => {
  byId(id).textContent = words ?? '';
  byId(id).hidden = words === undefined;
};

const ask = async (method, path, body) => {
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      'accept-language': 'fr',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(accessToken === null ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => null);
  const told = answer === null ? { title: 'Le hub ne répond pas' } : await answer.json().catch(() => ({}));
  if (answer?.ok) return told;
  // Whose ten minutes are over comes in again; who was not in is told what was wrong.
  if (told.code === 'SH-A001' && accessToken !== null) location.reload();
  const fields = (told.errors ?? []).map(({ field, message }) => `${field} : ${message}`);
  throw new Error([told.title, told.why, ...fields, told.remedy].filter(Boolean).join('. '));
};

const attempt = (work) => async (event) => {
  event?.preventDefault();
  tell('failed');
  try {
    await work();
  } catch (error) {
    tell('failed', error.message);
    scrollTo(0, 0);
  }
};

const instant = (text) =>
  new Date(text).toLocaleString('fr', { dateStyle: 'short', timeStyle: 'short', timeZone: 'UTC' });

const element = (name, properties = {}, children = []) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const pressed = (label, work) => {
  const button = element('button', { type: 'button', className: 'plain', textContent: label });
  button.addEventListener('click', attempt(work));
  return button;
};

const described = ({ id, name, since, lastUsedAt, isBackedUp }) => {
  const usage = lastUsedAt === null ? 'jamais utilisée' : `utilisée le ${instant(lastUsedAt)}`;
  return element('article', {}, [
    element('p', {}, [element('b', { textContent: name })]),
    element('p', { textContent: `Ajoutée le ${instant(since)}, ${usage}` }),
    element('p', {
      className: 'dim',
      textContent: isBackedUp ? 'Synchronisée entre vos appareils' : 'Dans un seul appareil',
    }),
    pressed('Renommer', async () => {
      const chosen = prompt('Nouveau nom', name);
      if (chosen !== null) draw(await ask('PATCH', `/passkeys/${id}`, { name: chosen }), 'Le nom est changé.');
    }),
    ' ',
    pressed('Retirer', async () => {
      if (!confirm(`Retirer « ${name} » ? Sans clé d’accès, il faudra une nouvelle invitation de l’opérateur.`)) return;
      const left = await ask('POST', `/passkeys/${id}/removal`, { passkey: await used() });
      draw(left, 'La clé d’accès est retirée du hub. Supprimez-la aussi dans l’appareil.');
    }),
  ]);
};

const draw = ({ passkeys }, words) => {
  byId('listed').replaceChildren(...passkeys.map(described));
  byId('enter').hidden = true;
  byId('mine').hidden = false;
  tell('done', words);
};

const entered = async (session, words) => {
  accessToken = session.accessToken;
  draw(await ask('GET', '/passkeys'), words);
};

const used = async () => (await usePasskey(await ask('POST', '/sessions/challenge'))).assertion;

byId('new-password').addEventListener(
  'submit',
  attempt(async () => {
    const body = { password: byId('present').value, newPassword: byId('chosen').value };
    const session = await ask('POST', '/users/own/password', body);
    byId('new-password').reset();
    await entered(session, 'Le mot de passe est changé. Vos autres sessions sont terminées.');
  }),
);
byId('leave').addEventListener(
  'click',
  attempt(async () => {
    await ask('DELETE', '/sessions');
    location.reload();
  }),
);
byId('with-passkey').addEventListener(
  'click',
  attempt(async () => entered(await ask('POST', '/sessions', { passkey: await used() }))),
);
byId('invited').addEventListener(
  'submit',
  attempt(async () => {
    const invited = { login: byId('login').value, password: byId('password').value, words: byId('words').value };
    const { registration } = await makePasskey(await ask('POST', '/passkeys/invited/options', invited));
    const name = byId('first-name').value;
    const session = await ask('POST', '/passkeys/invited', { ...invited, name, registration });
    byId('invited').reset();
    await entered(session, 'Votre clé d’accès est faite. L’invitation a servi.');
  }),
);
byId('another').addEventListener(
  'submit',
  attempt(async () => {
    const options = await ask('POST', '/passkeys/options', { passkey: await used() });
    const { registration } = await makePasskey(options);
    const name = byId('name').value;
    byId('another').reset();
    draw(await ask('POST', '/passkeys', { name, registration }), 'La clé d’accès est ajoutée.');
  }),
);

const isHere = canUsePasskeys() && location.hostname === byId('not-here').dataset.host;
byId('not-here').hidden = isHere;
byId('enter').hidden = !isHere;
