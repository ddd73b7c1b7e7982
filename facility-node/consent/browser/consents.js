// The page /consentements: find a patient, see the consents, take one down in three ways, withdraw, print.
import { byId, staffPage } from '/personnel/staff-page.js';
import { signaturePad } from './signature-pad.js';

const STATES = {
  active: 'En vigueur',
  withdrawn: 'Retiré',
  ended: 'Terminé, ou pas encore commencé',
  'of-age': 'Terminé : le patient est majeur',
};
/** Countries that Mali’s patients are sent to, and whose universities and funders ask most; any other by its code. */
const COUNTRIES = 'SN CI BF NE GN MR DZ MA TN FR BE CH DE ES IT GB US CA CN TR'.split(' ');
const pad = signaturePad(byId('pad'));
const countryNames = new Intl.DisplayNames(['fr'], { type: 'region' });
let patient = null;
let preview = null;
let sentCode = null;
let key = null;

const say = (id, words) => {
  byId('failed').hidden = true;
  byId('done').hidden = true;
  if (words === undefined) return;
  byId(id).textContent = words;
  byId(id).hidden = false;
  byId(id).scrollIntoView({ block: 'center' });
};

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join('-');

const {
  ask,
  attempt,
  begin: signIn,
  on,
  show,
} = staffPage({
  parts: ['sign-in', 'search', 'history', 'terms', 'giving'],
  tell: (words) => say('failed', words),
});

const element = (name, words, className) => {
  const made = document.createElement(name);
  if (words !== undefined) made.textContent = words;
  if (className !== undefined) made.className = className;
  return made;
};

const day = (instant) =>
  new Date(instant).toLocaleString('fr', { dateStyle: 'short', timeStyle: 'short', timeZone: 'UTC' });

const signature = (path) => {
  const namespace = 'http://www.w3.org/2000/svg';
  const drawing = document.createElementNS(namespace, 'svg');
  drawing.setAttribute('viewBox', '0 0 255 127');
  drawing.setAttribute('class', 'signature');
  drawing.setAttribute('role', 'img');
  drawing.setAttribute('aria-label', 'Signature');
  const line = document.createElementNS(namespace, 'path');
  line.setAttribute('d', path);
  drawing.append(line);
  return drawing;
};

const article = (line) => {
  const made = element('article');
  const verb = line.decision === 'deny' ? 'Refus' : 'Accord';
  made.append(element('h3', `${verb} : ${line.recipient}`));
  made.append(element('p', STATES[line.state], line.state === 'active' ? 'good' : 'warn'));
  made.append(element('p', `${line.classes}. But : ${line.purpose}.`));
  if (line.refused) made.append(element('p', `Jamais : ${line.refused}.`));
  if (line.country) made.append(element('p', `Pays : ${line.country}.`));
  if (line.until) made.append(element('p', `Jusqu’au ${line.until}.`));
  const by = line.takenBy ? `, recueilli par ${line.takenBy}` : '';
  const witness = line.witness ? ` (témoin : ${line.witness})` : '';
  made.append(element('p', `Donné par ${line.givenBy}, ${line.capture}${witness}${by}.`));
  if (line.signature) made.append(signature(line.signature));
  for (const { number, at, by: author } of line.versions)
    made.append(element('p', `Version ${number} : ${day(at)}${author ? `, ${author}` : ''}`, 'dim'));
  if (line.state === 'active') {
    const button = element('button', 'Retirer', 'plain');
    button.type = 'button';
    button.addEventListener(
      'click',
      attempt(() => withdraw(line)),
    );
    made.append(button);
  }
  return made;
};

const withdraw = async (line) => {
  if (!confirm(`Retirer : ${line.recipient} ne recevra plus rien, et rend ce qu’il a reçu ?`)) return;
  await ask('POST', `/consents/${line.id}/withdrawal`, {}, newKey());
  await openPatient(patient.id);
  say('done', 'C’est retiré. Le retrait part avant tout le reste.');
};

/** What was begun for one patient is none of another's, whoever goes back to it. */
const forget = () => {
  byId('terms').reset();
  byId('outside').hidden = true;
  byId('said').textContent = '';
  preview = null;
};

const openPatient = async (id) => {
  const history = await ask('GET', `/patients/${id}/consents`);
  if (patient !== null && patient.id !== history.patient.id) forget();
  patient = history.patient;
  byId('guarded').hidden = patient.isMinor === false;
  byId('patient').textContent = [patient.name, patient.number].filter(Boolean).join(' · ');
  byId('asks-again').hidden = !history.asksAgain;
  byId('none').hidden = history.items.length > 0;
  byId('consents').replaceChildren(...history.items.map(article));
  byId('printed-on').textContent = new Date().toLocaleDateString('fr');
  show('history');
};

let asked = 0;
const found = async () => {
  const turn = ++asked;
  const typed = byId('typed').value.trim();
  if (typed.length < 2) return byId('found').replaceChildren();
  const { items } = await ask('GET', `/patients?search=${encodeURIComponent(typed)}&limit=10`);
  if (turn !== asked) return;
  byId('found').replaceChildren(
    ...items.map(({ id, givenName, familyName, birthDate, village }) => {
      const item = element('li');
      const words = [`${givenName} ${familyName}`, birthDate, village].filter(Boolean).join(' · ');
      const button = element('button', words, 'plain');
      button.type = 'button';
      button.addEventListener(
        'click',
        attempt(() => openPatient(id)),
      );
      item.append(button);
      return item;
    }),
  );
};

const begin = async () => {
  const { items } = await ask('GET', '/facilities?limit=200');
  byId('terms').reset();
  const options = [
    ...items.map(({ id, name }) => new Option(name, id)),
    new Option('Tous les centres du district', 'district'),
    new Option('Quelqu’un hors du réseau…', 'outside'),
  ];
  byId('recipient').replaceChildren(...options);
  byId('country').replaceChildren(
    new Option('Mali', ''),
    ...COUNTRIES.map((code) => new Option(countryNames.of(code), code)),
  );
  byId('outside').hidden = true;
  show('terms');
};

const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
const filled = (id) => byId(id).value.trim();

const termsNow = () => {
  const to = byId('recipient').value;
  const outside = {
    recipientName: filled('recipient-name'),
    ...(byId('country').value === '' ? {} : { country: byId('country').value }),
  };
  const guardian = filled('guardian');
  const guarded = { guardian, guardianRelation: byId('relation').value };
  return {
    patient: patient.id,
    decision: chosen('decision'),
    classes: Array.from(document.querySelectorAll('input[name="classes"]:checked'), ({ value }) => value),
    purpose: byId('purpose').value,
    ...(to === 'outside' ? outside : to === 'district' ? { isForDistrict: true } : { recipient: to }),
    ...(byId('until').value === '' ? {} : { until: byId('until').value }),
    ...(byId('guarded').hidden || guardian === '' ? {} : guarded),
    ...(byId('guarded').hidden || filled('guardian-phone') === '' ? {} : { guardianPhone: filled('guardian-phone') }),
  };
};

const read = async () => {
  const terms = termsNow();
  preview = { terms, ...(await ask('POST', '/consents/text', { terms })) };
  key = newKey();
  sentCode = null;
  byId('said').textContent = preview.text;
  byId('no-code').hidden = preview.canSendCode;
  byId('send-code').hidden = !preview.canSendCode;
  byId('code-sent').hidden = true;
  byId('code').value = '';
  pad.clear();
  show('giving');
};

const whatWasRead = () => {
  if (preview === null) throw new Error('Lisez d’abord le texte au patient.');
  return preview;
};

const sendCode = async () => {
  const { terms, textHash } = whatWasRead();
  sentCode = await ask('POST', '/consents/codes', { terms, textHash });
  byId('code-sent').textContent =
    `Le code est parti au numéro qui finit par ${sentCode.phoneEnding}. Il vaut dix minutes.`;
  byId('code-sent').hidden = false;
};

const captured = () => {
  const way = chosen('way');
  if (way === 'signed') return { way, signature: pad.text() };
  if (way === 'spoken-before-witness') return { way, witness: filled('witness') };
  if (sentCode === null) throw new Error('Envoyez d’abord le code.');
  return { way, codeId: sentCode.codeId, code: filled('code') };
};

const confirmed = async () => {
  const { terms, textHash } = whatWasRead();
  await ask('POST', '/consents', { terms, textHash, capture: captured() }, key);
  await openPatient(patient.id);
  say('done', 'C’est enregistré.');
};

on('typed', 'input', found);
on('new', 'click', begin);
on('other', 'click', () => show('search'));
on('print', 'click', () => print());
on('terms', 'submit', read);
on('send-code', 'click', sendCode);
on('confirm', 'click', confirmed);
on('clear', 'click', () => pad.clear());
on('leave-terms', 'click', () => show('history'));
on('leave-giving', 'click', () => show('terms'));
byId('recipient').addEventListener('change', ({ target }) => {
  byId('outside').hidden = target.value !== 'outside';
});
for (const input of document.querySelectorAll('input[name="way"]'))
  input.addEventListener('change', () => {
    for (const way of ['signed', 'spoken-before-witness', 'sms-code']) byId(`by-${way}`).hidden = way !== input.value;
  });
await signIn(() => show(patient === null ? 'search' : 'history'));
