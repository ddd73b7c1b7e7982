// What the pages for staff share: signing in, asking the API, showing one part at a time, telling what failed. The token stays here.

import { canUsePasskeys, usePasskey } from '/personnel/passkeys.js';

/** The element with an id. */
export const byId = (id) => document.getElementById(id);

/** A new element with these properties, and elements or texts in it. */
export const element = (name, properties = {}, children = []) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** An instant in words, by the calendar of Mali (UTC). */
export const instant = (text) =>
  new Date(text).toLocaleString('fr', { dateStyle: 'short', timeStyle: 'short', timeZone: 'UTC' });

const tellFailed = (words) => {
  byId('failed').hidden = words === undefined;
  if (words === undefined) return;
  byId('failed').textContent = words;
  scrollTo(0, 0);
};

/** Below every page that somebody is signed in on: the way out, and to the other pages. */
const leavingPart = () => {
  const button = element('button', { type: 'button', className: 'plain', textContent: 'Se déconnecter' });
  const sessions = element('a', { href: '/mes-sessions', textContent: 'Mes sessions' });
  const others = element('a', { href: '/', textContent: 'Accueil' });
  const ways = [button, ...(location.pathname === '/mes-sessions' ? [] : [sessions]), others];
  const part = element('p', { className: 'leaving', hidden: true }, ways);
  document.querySelector('main').append(part);
  return part;
};

const removeCodePart = () => {
  document.querySelector('label[for=otp]')?.remove();
  byId('otp')?.remove();
};

/** Where the code goes that was sent to somebody's phone, in the form for signing in. */
const codePart = (form, { phoneEnding }) => {
  const textContent = `Le code envoyé par SMS au numéro qui finit par ${phoneEnding}`;
  const label = element('label', { htmlFor: 'otp', textContent });
  const field = element('input', {
    ...{ id: 'otp', required: true, inputMode: 'numeric', pattern: '[0-9]{6}', maxLength: 6 },
    autocomplete: 'one-time-code',
  });
  removeCodePart();
  form.querySelector('button').before(label, field);
  field.focus();
};

/** Signing in with a passkey, in the form for signing in. */
const passkeyPart = (form) => {
  const button = element('button', {
    ...{ type: 'button', id: 'with-passkey', className: 'plain' },
    textContent: 'Avec ma clé d’accès',
  });
  form.append(button);
  return button;
};

/** The form for signing in: a password, with a code where one is asked for, or a passkey. */
const signInForm = ({ ask, attempt, opened }) => {
  const withPassword = async () => {
    const chosen = byId('new-password');
    const session = await ask('POST', '/sessions', {
      login: byId('login').value.trim(),
      password: byId('password').value,
      ...(chosen === null || chosen.value === '' ? {} : { newPassword: chosen.value }),
      ...(byId('otp') === null ? {} : { otp: byId('otp').value.trim() }),
    });
    if (session.secondFactor !== undefined) {
      codePart(byId('sign-in'), session);
      return;
    }
    removeCodePart();
    byId('password').value = '';
    if (chosen !== null) chosen.value = '';
    await opened(session);
  };
  byId('sign-in').addEventListener('submit', attempt(withPassword));
  if (!canUsePasskeys()) return;
  const withPasskey = async () => {
    const { assertion } = await usePasskey(await ask('POST', '/sessions/challenge'));
    await opened(await ask('POST', '/sessions', { passkey: assertion }));
  };
  passkeyPart(byId('sign-in')).addEventListener('click', attempt(withPasskey));
};

/** Makes handlers of events that tell what failed. */
const attempting = (tell) => (work) => {
  let isRunning = false;
  return async (event) => {
    event?.preventDefault();
    const isOnce = event?.type === 'click' || event?.type === 'submit';
    // The second tap of a finger that shook, or that did not wait, would do it twice.
    if (isOnce && isRunning) return;
    if (isOnce) isRunning = true;
    tell();
    try {
      await work(event);
    } catch (error) {
      tell(error.message);
    } finally {
      if (isOnce) isRunning = false;
    }
  };
};

/** Of all pages of this browser one at a time: they share the cookie, and one that comes twice ends the session. */
const oneAtATime = (work) => (navigator.locks === undefined ? work() : navigator.locks.request('session', work));

/** What the API says of a refusal, in one text. */
const inWords = (told) => {
  const fields = (told.errors ?? []).map(({ field, message, detail }) =>
    [field, message ?? detail].filter(Boolean).join(' : '),
  );
  const detail = told.detail === told.title ? undefined : told.detail;
  return [told.title, detail, told.why, ...fields, told.remedy].filter(Boolean).join('. ');
};

/** Asks the API, with the token that there is then; nothing where it does not answer. */
const sender = (tokenOf) => (method, path, body, idempotencyKey) =>
  fetch(`/api/v1${path}`, {
    method,
    headers: {
      'accept-language': 'fr',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(tokenOf() === null ? {} : { authorization: `Bearer ${tokenOf()}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => null);

/** Makes a phone's button for going back lead to the part that was shown before: away from the page, what was written would be lost. */
const partsInHistory = (goTo) => {
  const load = performance.timeOrigin;
  const isOurs = () => history.state?.load === load;
  addEventListener('popstate', () => isOurs() && goTo(history.state.part));
  return (part) => {
    if (!isOurs()) history.replaceState({ load, part }, '');
    else if (history.state.part !== part) history.pushState({ load, part }, '');
  };
};

/** A page of these parts, of which `sign-in` is one. `tell` is given what failed in words, or nothing when something is begun. */
export const staffPage = ({ parts, tell = tellFailed }) => {
  let accessToken = null;
  let login = null;
  let shown = null;
  let interrupted = null;

  const leaving = leavingPart();
  // Nobody goes back past the form for signing in: what is behind it was another's, or is not to be seen now.
  const note = partsInHistory((part) => shown !== 'sign-in' && show(part));
  const show = (id) => {
    shown = id;
    if (id !== 'sign-in') note(id);
    for (const part of parts) byId(part).hidden = part !== id;
    leaving.hidden = id === 'sign-in';
    scrollTo(0, 0);
  };

  const send = sender(() => accessToken);

  /** From now on the page is this session's. What one person did on it is never shown or sent as another's: it is loaded anew. */
  const isOf = ({ accessToken: token, user }) => {
    if (login !== null && login !== user.login) {
      location.reload();
      return new Promise(() => {});
    }
    accessToken = token;
    login = user.login;
    // Also on a page that is not for this person, of which nothing is shown.
    leaving.hidden = false;
  };

  const refresh = async () => {
    accessToken = null;
    const answer = await oneAtATime(() => send('POST', '/sessions/refresh'));
    if (!answer?.ok) return false;
    await isOf(await answer.json());
    return true;
  };

  /** The API's answer; throws what it says in words. Whoever is no longer signed in is asked to. */
  const ask = async (method, path, body, idempotencyKey) => {
    let answer = await send(method, path, body, idempotencyKey);
    if (answer?.status === 401 && path !== '/sessions') {
      if (await refresh()) answer = await send(method, path, body, idempotencyKey);
      else {
        if (shown !== 'sign-in') interrupted = shown;
        show('sign-in');
      }
    }
    const told = answer === null ? { title: 'Le poste ne répond pas' } : await answer.json().catch(() => ({}));
    if (answer?.ok) return told;
    throw new Error(inWords(told));
  };

  const attempt = attempting(tell);

  /** A button in a list. */
  const button = (textContent, work) => {
    const made = element('button', { type: 'button', className: 'plain', textContent });
    made.addEventListener('click', attempt(work));
    return made;
  };

  const on = (id, name, work) => byId(id).addEventListener(name, attempt(work));

  /** Goes on with `then` once somebody is signed in: at once where a session lasts, else when the form is sent. */
  const begin = async (then) => {
    const leave = async () => {
      await ask('DELETE', '/sessions');
      // What was on the screen goes as well: the tablet may be handed on.
      location.reload();
    };
    leaving.querySelector('button').addEventListener('click', attempt(leave));
    signInForm({
      ask,
      attempt,
      opened: async (session) => {
        await isOf(session);
        if (interrupted === null) return then();
        show(interrupted);
        interrupted = null;
        tell('Votre dernier geste n’a pas été fait : refaites-le. Ce que vous aviez écrit est resté');
      },
    });
    // Shown only now: sent without this program, the form would put the password into the page's address.
    if (await refresh()) await attempt(then)();
    else show('sign-in');
  };

  return { ask, attempt, begin, button, on, show };
};
