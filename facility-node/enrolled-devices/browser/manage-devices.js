// The page /appareils: an administrator signs in, invites a device by a QR code, withdraws one.
import { byId, staffPage } from '/personnel/staff-page.js';

const QUIET = 4;
const SCALE = 6;
const { ask, attempt, begin, on, show } = staffPage({ parts: ['sign-in', 'managed'] });

const day = (instant) => new Date(instant).toLocaleString('fr', { dateStyle: 'medium', timeStyle: 'short' });

const deviceItem = ({ id, name, lastSeenAt, revokedAt }) => {
  const item = document.createElement('li');
  const title = document.createElement('b');
  title.textContent = name;
  const seen = document.createElement('span');
  seen.className = 'dim';
  seen.textContent = revokedAt === null ? ` vu le ${day(lastSeenAt)} ` : ` retiré le ${day(revokedAt)}`;
  item.append(title, seen);
  if (revokedAt === null) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Retirer';
    button.addEventListener(
      'click',
      attempt(async () => {
        if (!confirm(`Retirer « ${name} » ? Ses sessions se terminent aussitôt.`)) return;
        await ask('POST', '/devices/revocations', { device: id });
        await list();
      }),
    );
    item.append(button);
  }
  return item;
};

const list = async () => {
  const devices = [];
  for (let next = ''; next !== undefined; ) {
    const page = await ask('GET', `/devices?limit=200${next}`);
    devices.push(...page.items);
    next = page.nextCursor === undefined ? undefined : `&cursor=${page.nextCursor}`;
  }
  byId('devices').replaceChildren(...devices.map(deviceItem));
  byId('none').hidden = devices.length > 0;
};

const draw = (rows) => {
  const canvas = byId('qr');
  const size = (rows.length + 2 * QUIET) * SCALE;
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size, size);
  context.fillStyle = '#000';
  for (const [y, row] of rows.entries()) {
    for (const [x, module] of [...row].entries()) {
      if (module === '1') context.fillRect((x + QUIET) * SCALE, (y + QUIET) * SCALE, SCALE, SCALE);
    }
  }
};

on('invite', 'click', async () => {
  const { qr, links, expiresAt, fingerprint } = await ask('POST', '/devices/invitations');
  draw(qr);
  byId('link').textContent = links[0];
  byId('expires').textContent = new Date(expiresAt).toLocaleTimeString('fr', { timeStyle: 'short' });
  byId('fingerprint').textContent = fingerprint.slice(0, 23);
  byId('invitation').hidden = false;
});
await begin(async () => {
  await list();
  show('managed');
});
