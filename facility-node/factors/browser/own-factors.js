// The page /mes-preuves: what proves somebody beside the password.
import { canUsePasskeys, makePasskey, usePasskey } from '/personnel/passkeys.js';
import { byId, element, instant, staffPage } from '/personnel/staff-page.js';

const { ask, begin, button, on, show } = staffPage({ parts: ['sign-in', 'factors'] });

const taken = (id) => {
  const { value } = byId(id);
  byId(id).value = '';
  return value;
};

/** The password that is asked for again. */
const password = () => {
  const given = taken('confirm-password');
  if (given !== '') return given;
  byId('confirm-password').focus();
  throw new Error('Donnez d’abord votre mot de passe encore une fois.');
};

const tellDone = (words) => {
  byId('done').textContent = words ?? '';
  byId('done').hidden = words === undefined;
};

/** Lets a passkey open the node after a power cut; gives nothing where this one makes no secrets. */
const letOpen = async () => {
  const options = await ask('POST', '/factors/passkeys/opening/options');
  const { assertion, secret } = await usePasskey(options, { forSecret: true });
  if (secret === undefined) return undefined;
  return ask('POST', '/factors/passkeys/opening', { assertion, secret });
};

const described = ({ id, name, since, lastUsedAt, isBackedUp, opensDatabase }, canOpenDatabase) => {
  const used = lastUsedAt === null ? 'jamais utilisée' : `utilisée le ${instant(lastUsedAt)}`;
  const where = isBackedUp ? 'Synchronisée entre vos appareils' : 'Dans un seul appareil';
  const path = `/factors/passkeys/${id}`;
  return element('article', {}, [
    element('p', {}, [element('b', { textContent: name })]),
    element('p', { textContent: `Ajoutée le ${instant(since)}, ${used}` }),
    element('p', {
      className: 'dim',
      textContent: opensDatabase ? `${where}. Ouvre le poste après une coupure.` : where,
    }),
    ...(canOpenDatabase && !opensDatabase && canUsePasskeys()
      ? [
          button('Qu’elle ouvre aussi le poste', async () => {
            const factors = await letOpen();
            if (factors === undefined) throw new Error('Cette clé d’accès ne sait pas ouvrir le poste.');
            draw(factors, 'Cette clé d’accès ouvre aussi le poste après une coupure.');
          }),
        ]
      : []),
    button('Renommer', async () => {
      const chosen = prompt('Nouveau nom', name);
      if (chosen !== null) draw(await ask('PATCH', path, { name: chosen }), 'Le nom est changé.');
    }),
    ' ',
    button('Retirer', async () => {
      const again = password();
      if (!confirm(`Retirer « ${name} » ? Elle ne vous connectera plus.`)) return;
      const factors = await ask('POST', `${path}/removal`, { password: again });
      draw(factors, 'La clé d’accès est retirée du poste. Supprimez-la aussi dans l’appareil.');
    }),
  ]);
};

const draw = ({ phone, canSendCodes, passkeys, host, canOpenDatabase }, words) => {
  byId('listed').replaceChildren(...passkeys.map((passkey) => described(passkey, canOpenDatabase)));
  const isHere = canUsePasskeys() && location.hostname === host;
  // Where nothing can be changed, nothing is asked for.
  byId('confirm').hidden = !isHere && !canSendCodes && phone === null && passkeys.length === 0;
  byId('host').textContent = host;
  byId('no-passkeys-here').hidden = isHere;
  byId('add').hidden = !isHere;
  byId('no-phone').hidden = phone !== null;
  byId('has-phone').hidden = phone === null;
  byId('phone-ending').textContent = phone?.ending ?? '';
  byId('no-sender').hidden = canSendCodes;
  byId('phone').hidden = !canSendCodes;
  byId('phone-code').hidden = true;
  byId('remove-phone').hidden = phone === null;
  tellDone(words);
  show('factors');
};

on('add', 'submit', async () => {
  const options = await ask('POST', '/factors/passkeys/options', { password: password() });
  const { registration, makesSecrets } = await makePasskey(options);
  const factors = await ask('POST', '/factors/passkeys', { name: taken('name'), registration });
  draw(factors, 'La clé d’accès est ajoutée.');
  if (!factors.canOpenDatabase || !makesSecrets) return;
  const opening = await letOpen();
  if (opening !== undefined) draw(opening, 'La clé d’accès est ajoutée. Elle ouvre aussi le poste après une coupure.');
});
on('phone', 'submit', async () => {
  const { phoneEnding } = await ask('POST', '/factors/phone', {
    phone: byId('phone-number').value,
    password: password(),
  });
  byId('phone').hidden = true;
  byId('phone-code').hidden = false;
  byId('code').focus();
  tellDone(`Un code est parti au numéro qui finit par ${phoneEnding}. Il vaut dix minutes.`);
});
on('phone-code', 'submit', async () => {
  const factors = await ask('POST', '/factors/phone/confirmation', { code: taken('code') });
  draw(factors, 'C’est votre numéro. Vos autres appareils demanderont un code une fois.');
});
on('remove-phone', 'click', async () => {
  const factors = await ask('POST', '/factors/phone/removal', { password: password() });
  draw(factors, 'Votre mot de passe suffit de nouveau.');
});
await begin(async () => draw(await ask('GET', '/factors')));
