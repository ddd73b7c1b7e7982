// The page /mes-sessions: where somebody is signed in, and ending it there.
import { byId, element, instant, staffPage } from '/personnel/staff-page.js';

const { ask, begin, button, on, show } = staffPage({ parts: ['sign-in', 'sessions'] });

const tellDone = (words) => {
  byId('done').textContent = words ?? '';
  byId('done').hidden = words === undefined;
};

const end = async ({ id }) => {
  await ask('DELETE', `/sessions/own/${id}`);
  await list();
  tellDone('La session est terminée.');
};

const described = (session) => {
  const { device, browser, address, since, lastUsedAt, isThis } = session;
  const words = [device, browser].filter(Boolean).join(' — ') || 'Programme sans navigateur';
  return element('article', {}, [
    element('p', {}, [element('b', { textContent: words }), isThis ? ' (cet appareil)' : '']),
    element('p', { textContent: `Ouverte le ${instant(since)}, utilisée le ${instant(lastUsedAt)}` }),
    element('p', { className: 'dim', textContent: address === null ? 'Sur le poste lui-même' : `Adresse ${address}` }),
    ...(isThis ? [] : [button('Terminer cette session', () => end(session))]),
  ]);
};

const list = async () => {
  const { sessions } = await ask('GET', '/sessions/own');
  const first = [...sessions].sort((left, right) => Number(right.isThis) - Number(left.isThis));
  byId('listed').replaceChildren(...first.map(described));
  byId('end-others').hidden = sessions.every(({ isThis }) => isThis);
  tellDone();
  show('sessions');
};

on('end-others', 'click', async () => {
  const { ended } = await ask('DELETE', '/sessions/own');
  await list();
  tellDone(ended === 1 ? 'Une autre session est terminée.' : `${ended} autres sessions sont terminées.`);
});
on('change-password', 'click', () => {
  byId('change').open = true;
  show('sign-in');
});
await begin(list);
