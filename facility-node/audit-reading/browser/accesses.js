// The page /acces: find a patient, show who read the record, print it, hand over the proof.
import { byId, instant, staffPage } from '/personnel/staff-page.js';

const { ask, attempt, begin, on, show } = staffPage({ parts: ['sign-in', 'search', 'accesses'] });
let patient = null;

const row = ({ number, at, who, role, what, why, refused }) => {
  const made = document.createElement('tr');
  const cells = [
    `${instant(at)} (n° ${number})`,
    [who, role].filter(Boolean).join(', '),
    refused ? `${what} — refusé` : what,
    why,
  ];
  for (const words of cells) {
    const cell = document.createElement('td');
    cell.textContent = words;
    made.append(cell);
  }
  return made;
};

const open = async (id) => {
  const told = await ask('GET', `/patients/${id}/accesses`);
  patient = told.patient;
  byId('patient').textContent = [patient.name, patient.number].filter(Boolean).join(' · ');
  byId('rows').replaceChildren(...told.items.map(row));
  byId('listed').hidden = told.items.length === 0;
  byId('none').hidden = told.items.length > 0;
  byId('cut').hidden = !told.isCut;
  byId('elsewhere').hidden = told.elsewhere.length === 0;
  byId('others').replaceChildren(
    ...told.elsewhere.map(({ at, who, facility, why }) => {
      const item = document.createElement('li');
      item.textContent = `${instant(at)} : ${who}, ${facility} — ${why}`;
      return item;
    }),
  );
  byId('entries').textContent = told.entries;
  byId('head').textContent = told.head.match(/.{1,8}/g).join(' ');
  byId('anchored').textContent =
    told.anchoredAt === null
      ? 'Le hub n’a encore rien contresigné de ce journal.'
      : `Le hub a contresigné les ${told.anchoredEntries} premières entrées le ${instant(told.anchoredAt)}.`;
  byId('printed-on').textContent = instant(Date.now());
  show('accesses');
};

let asked = 0;
const found = async () => {
  const turn = ++asked;
  const text = byId('typed').value.trim();
  if (text.length < 2) return byId('found').replaceChildren();
  const { items } = await ask('GET', `/patients?search=${encodeURIComponent(text)}&limit=8`);
  if (turn !== asked) return;
  byId('found').replaceChildren(
    ...items.map(({ id, familyName, givenName, number }) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'plain';
      button.textContent = [givenName, familyName, number].filter(Boolean).join(' ');
      button.addEventListener(
        'click',
        attempt(() => open(id)),
      );
      item.append(button);
      return item;
    }),
  );
};

const handOver = async () => {
  const proof = await ask('GET', `/patients/${patient.id}/accesses/proof`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(proof)], { type: 'application/json' }));
  link.download = `preuve-acces-${patient.number ?? patient.id}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
};

on('typed', 'input', found);
on('print', 'click', () => print());
on('proof', 'click', handOver);
on('other', 'click', () => show('search'));
await begin(() => show('search'));
