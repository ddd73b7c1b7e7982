// The page /urgences: open a record in an emergency, see what was opened, say whether it was justified.
import { byId, element, instant, staffPage } from '/personnel/staff-page.js';

const { ask, begin, button, on, show } = staffPage({ parts: ['sign-in', 'accesses', 'who', 'why', 'review'] });
let mayReview = false;
let chosen = null;
let key = null;
let reviewed = null;
let cursor = null;

const day = (text) => new Date(text).toLocaleDateString('fr', { timeZone: 'UTC' });

const JUDGED = { justified: 'justifié', unjustified: 'non justifié' };

const BEYOND_LIMIT =
  'Rien ne viendra des autres centres : le hub ne répond de lui-même qu’à 20 demandes en 24 heures. Appelez l’autre centre, et l’exploitant du hub.';

const standing = ({ isOpen, isOverdue, isElsewhere, review, reviewBy, until }) => {
  const opened = isOpen ? [`ouvert jusqu’à ${instant(until)}`] : ['refermé'];
  if (review !== null) return [...opened, JUDGED[review]];
  if (isElsewhere) return [...opened, 'examiné dans l’autre centre'];
  return [
    ...opened,
    isOverdue ? `à examiner : en retard depuis le ${day(reviewBy)}` : `à examiner avant le ${day(reviewBy)}`,
  ];
};

const facts = (line) => {
  const { at, who, roleWords, patient, reasonWords, text, reads, asksOthers, remark, reviewedBy } = line;
  const named = [patient.name, patient.number].filter(Boolean).join(' · ') || 'patient (nom non montré)';
  return [
    element('p', {}, [
      element('b', { textContent: named }),
      ` — ${[who, roleWords].filter(Boolean).join(', ')}, ${instant(at)}`,
    ]),
    element('p', { textContent: `${reasonWords} : ${text}` }),
    element('p', {
      className: 'dim',
      textContent: [
        ...(reads === null ? [] : [reads === 0 ? 'rien lu' : `${reads} lectures`]),
        ...(asksOthers ? ['demandé aussi aux autres centres'] : []),
        ...(remark === null ? [] : [`« ${remark} » (${reviewedBy})`]),
      ].join(' ; '),
    }),
    ...(line.isBeyondLimit && line.isOpen ? [element('p', { className: 'warn', textContent: BEYOND_LIMIT })] : []),
    element('p', {
      className: line.isOverdue || line.review === 'unjustified' ? 'warn' : '',
      textContent: standing(line).join(' ; '),
    }),
  ];
};

const close = async (id) => {
  await ask('POST', `/emergency-accesses/${id}/end`);
  await list();
};

const lineOf = (line) => {
  const mine = line.isMine && line.isOpen && !line.isElsewhere ? [button('Refermer', () => close(line.id))] : [];
  const others =
    mayReview && !line.isMine && !line.isElsewhere && line.review === null
      ? [button('Examiner', () => examine(line))]
      : [];
  return element('section', { className: 'card' }, [...facts(line), ...mine, ...others]);
};

const draw = async () => {
  const state = byId('only-waiting').checked ? '&state=waiting' : '';
  const page = await ask('GET', `/emergency-accesses?limit=20${state}${cursor === null ? '' : `&cursor=${cursor}`}`);
  mayReview = page.mayReview;
  byId('begin').hidden = !page.mayOpen;
  byId('listed').textContent = mayReview ? 'Les accès du centre' : 'Vos accès';
  if (cursor === null) byId('lines').replaceChildren();
  byId('lines').append(...page.items.map(lineOf));
  cursor = page.nextCursor ?? null;
  byId('none').hidden = byId('lines').childElementCount > 0;
  byId('more').hidden = cursor === null;
};

const list = async () => {
  cursor = null;
  await draw();
  show('accesses');
};

const tell = (words) => {
  byId('done').textContent = words;
  byId('done').hidden = false;
};

const examine = (line) => {
  reviewed = line;
  byId('reviewed-line').replaceChildren(...facts(line));
  byId('review').reset();
  show('review');
};

const save = async () => {
  const review = document.querySelector('input[name="review"]:checked').value;
  const made = await ask('POST', `/emergency-accesses/${reviewed.id}/review`, { review, remark: byId('remark').value });
  await list();
  tell(`Enregistré : ${JUDGED[made.review]}.`);
};

const choose = (person) => {
  chosen = person;
  // Of this opening: who sends it again, because no answer came, opens the record once.
  key = crypto.randomUUID?.() ?? String(performance.now());
  byId('patient').textContent = [person.name, person.number].filter(Boolean).join(' · ');
  byId('why').reset();
  byId('others').checked = person.id === undefined;
  byId('others').disabled = person.id === undefined;
  show('why');
};

let asked = 0;
const search = async () => {
  const turn = ++asked;
  const text = byId('typed').value.trim();
  byId('nobody').hidden = true;
  if (text.length < 3) return byId('found').replaceChildren();
  const { items } = await ask('GET', `/emergency-accesses/patients?search=${encodeURIComponent(text)}`);
  if (turn !== asked) return;
  byId('nobody').hidden = items.length > 0;
  byId('found').replaceChildren(
    ...items.map((person) => {
      const born = person.born === undefined ? undefined : `né(e) en ${person.born}`;
      const words = [person.name, person.number, born].filter(Boolean).join(' · ');
      return element('li', {}, [button(words, () => choose(person))]);
    }),
  );
};

const open = async () => {
  const whom = chosen.id === undefined ? { patientNumber: chosen.number } : { patient: chosen.id };
  const made = await ask(
    'POST',
    '/emergency-accesses',
    { ...whom, reason: byId('reason').value, text: byId('text').value, asksOthers: byId('others').checked },
    key,
  );
  await list();
  const others = made.isBeyondLimit ? BEYOND_LIMIT : 'Ce que d’autres centres ont viendra dès que le hub répond.';
  tell(`Ouvert jusqu’à ${instant(made.until)}. ${made.asksOthers ? others : ''}`);
};

on('begin', 'click', () => {
  byId('done').hidden = true;
  byId('typed').value = '';
  byId('found').replaceChildren();
  show('who');
});
on('typed', 'input', search);
on('by-number', 'click', () => choose({ number: byId('typed').value.trim() }));
on('back', 'click', list);
on('cancel', 'click', list);
on('later', 'click', list);
on('why', 'submit', open);
on('review', 'submit', save);
on('more', 'click', draw);
on('only-waiting', 'change', list);
await begin(list);
