// The page /droits: what each role may do here, tried out before it is set.
import { byId, element, instant, staffPage } from '/personnel/staff-page.js';

const FIELD_ACTIONS = ['read', 'create', 'update'];
const { ask, begin, button, on, show } = staffPage({ parts: ['sign-in', 'roles', 'role'] });
let shown = null;

const row = (cells) =>
  element(
    'tr',
    {},
    cells.map((cell) => element('td', {}, [cell])),
  );

const listed = (value) => (Array.isArray(value) ? value : [value]);
const isFieldRule = ({ action, inverted, fields }) =>
  inverted === true && fields !== undefined && FIELD_ACTIONS.every((one) => listed(action).includes(one));
/** What the boxes can say; all else stands in the text. */
const isSimple = (rule) =>
  rule.conditions === undefined &&
  rule.reason === undefined &&
  listed(rule.subject).length === 1 &&
  (rule.fields === undefined || isFieldRule(rule));

const box = (name, isChecked, isDisabled, label) => {
  const input = element('input', { type: 'checkbox', name, checked: isChecked, disabled: isDisabled });
  input.setAttribute('aria-label', label);
  input.addEventListener('change', () => {
    byId('effect').hidden = true;
    mark(input);
  });
  return input;
};

const mark = (input) => {
  const { base } = input.dataset;
  const sign = input.nextElementSibling;
  if (base === undefined || sign === null) return;
  const isBase = base !== 'none';
  sign.textContent = input.checked === isBase ? (isBase && base !== 'all' ? ' *' : '') : input.checked ? ' +' : ' −';
};

const isOffered = ({ base, here, mayGive }) => base !== 'none' || here !== 'none' || mayGive;

const cellOf = (subject, { action, words, base, mayGive }, isChecked) => {
  if (base === 'none' && !mayGive && !isChecked) return element('td', { textContent: '—' });
  const input = box(`${subject.subject}.${action}`, isChecked, false, `${subject.words} : ${words}`);
  input.dataset.base = base;
  const cell = element('td', {}, [input, element('b')]);
  mark(input);
  return cell;
};

const fieldsOf = (subject, hidden) => {
  const boxes = subject.fields.map(({ name, words }) =>
    element('label', { className: 'choice' }, [
      box(`${subject.subject}#${name}`, !hidden.includes(name), false, `${subject.words} : ${words}`),
      words,
    ]),
  );
  const told = hidden.length === 0 ? 'Champs' : `Champs (${hidden.length} retiré${hidden.length > 1 ? 's' : ''})`;
  return element('details', {}, [element('summary', { textContent: told }), ...boxes]);
};

/** Draws the boxes for rules of the facility: the present ones, or those of an earlier edition. */
const draw = (rules) => {
  const simple = rules.filter(isSimple);
  const special = rules.filter((rule) => !isSimple(rule));
  const ruled = (subject, action, inverted) =>
    simple.some(
      (rule) =>
        rule.fields === undefined &&
        (rule.inverted === true) === inverted &&
        listed(rule.subject)[0] === subject &&
        listed(rule.action).includes(action),
    );
  // A column of dashes would push the others off a phone.
  const columns = shown.grid[0].cells.filter((_, index) => shown.grid.some(({ cells }) => isOffered(cells[index])));
  const actions = columns.map(({ words }) => element('th', { textContent: words }));
  const rows = shown.grid
    .filter(({ cells }) => cells.some(isOffered))
    .map((subject) => {
      const offered = subject.cells.filter(({ action }) => columns.some((column) => column.action === action));
      const cells = offered.map((cell) => {
        const isGiven = cell.base !== 'none' || ruled(subject.subject, cell.action, false);
        return cellOf(subject, cell, isGiven && !ruled(subject.subject, cell.action, true));
      });
      const hidden = simple.filter((rule) => isFieldRule(rule) && listed(rule.subject)[0] === subject.subject);
      const head = element('th', { scope: 'row', textContent: subject.words });
      if (subject.fields.length > 0)
        head.append(
          fieldsOf(
            subject,
            hidden.flatMap(({ fields }) => fields),
          ),
        );
      return element('tr', {}, [head, ...cells]);
    });
  const head = element('thead', {}, [element('tr', {}, [element('th'), ...actions])]);
  byId('grid').replaceChildren(element('table', {}, [head, element('tbody', {}, rows)]));
  byId('special').value = special.length === 0 ? '' : JSON.stringify(special, null, 2);
  byId('effect').hidden = true;
};

/** The rules that the boxes and the text say. */
const drawn = () => {
  const inputs = [...byId('grid').querySelectorAll('input')];
  const rules = shown.grid.flatMap(({ subject }) => {
    const of = (wanted) =>
      inputs
        .filter(({ name, checked, dataset }) => {
          const isBase = dataset.base !== 'none';
          return (
            dataset.base !== undefined && name.startsWith(`${subject}.`) && checked === wanted && isBase !== wanted
          );
        })
        .map(({ name }) => name.slice(subject.length + 1));
    const fields = inputs
      .filter(({ name, checked }) => name.startsWith(`${subject}#`) && !checked)
      .map(({ name }) => name.slice(subject.length + 1));
    return [
      ...(of(true).length === 0 ? [] : [{ action: of(true), subject }]),
      ...(of(false).length === 0 ? [] : [{ action: of(false), subject, inverted: true }]),
      ...(fields.length === 0 ? [] : [{ action: FIELD_ACTIONS, subject, fields, inverted: true }]),
    ];
  });
  const text = byId('special').value.trim();
  if (text === '') return rules;
  let special;
  try {
    special = JSON.parse(text);
  } catch (cause) {
    throw new Error('Les règles particulières ne sont pas du JSON', { cause });
  }
  return [...rules, ...special];
};

const open = async (role) => {
  shown = await ask('GET', `/roles/${role}`);
  byId('role-name').textContent = shown.words;
  byId('staff').textContent =
    shown.staff.length === 0
      ? 'Personne n’a de compte avec cette fonction.'
      : `Concerne ${shown.staff.map(({ name }) => name).join(', ')}.`;
  byId('beyond').hidden = shown.beyond.length === 0 && shown.isWhole;
  byId('no-edition').hidden = shown.editions.length > 0;
  byId('history').hidden = shown.editions.length === 0;
  byId('editions').replaceChildren(
    ...shown.editions.map(({ edition, at, by, reason, rules }) =>
      row([String(edition), instant(at), by, reason, button('Reprendre', () => draw(rules))]),
    ),
  );
  byId('saved').hidden = true;
  byId('reason').value = '';
  draw(shown.own);
  show('role');
};

const roles = async () => {
  const told = await ask('GET', '/roles');
  byId('role-rows').replaceChildren(
    ...told.roles.map(({ role, words, people, edition, policyEdition }) =>
      row([button(words, () => open(role)), String(people), String(edition || '—'), String(policyEdition || '—')]),
    ),
  );
  show('roles');
};

const tryOut = async () => {
  byId('effect').hidden = true;
  byId('saved').hidden = true;
  const { changes, staff } = await ask('POST', `/roles/${shown.role}/preview`, { rules: drawn() });
  byId('nothing').hidden = changes.length > 0;
  byId('concerned').textContent =
    staff.length === 0
      ? 'Personne n’a de compte avec cette fonction.'
      : `Concerne ${staff.map(({ name }) => name).join(', ')}.`;
  const signs = { gained: 'Gagne', lost: 'Perd', changed: 'Change' };
  byId('changes').replaceChildren(
    ...changes.map(({ kind, words }) =>
      element('li', { className: kind === 'lost' ? 'warn' : 'good' }, [
        element('b', { textContent: signs[kind] }),
        ` — ${words}`,
      ]),
    ),
  );
  byId('effect').hidden = false;
};

const save = async () => {
  const { role, edition } = shown;
  const body = { rules: drawn(), edition, reason: byId('reason').value };
  const made = await ask('POST', `/roles/${role}/editions`, body);
  await open(role);
  byId('saved').textContent = `Édition ${made.edition} enregistrée ; elle vaut dès maintenant.`;
  byId('saved').hidden = false;
  byId('saved').scrollIntoView();
};

on('try', 'click', tryOut);
on('role', 'submit', save);
on('other', 'click', roles);
byId('special').addEventListener('input', () => {
  byId('effect').hidden = true;
});
await begin(roles);
