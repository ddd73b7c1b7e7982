// The page /mes-preuves: what proves somebody beside the password.
import { byId, staffPage } from '/personnel/staff-page.js';

const { ask, begin, on, show } = staffPage({ parts: ['sign-in', 'factors'] });

const taken = (id) => {
  const { value } = byId(id);
  byId(id).value = '';
  return value;
};

const tellDone = (words) => {
  byId('done').textContent = words ?? '';
  byId('done').hidden = words === undefined;
};

const draw = ({ phone, canSendCodes }, words) => {
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

on('phone', 'submit', async () => {
  const { phoneEnding } = await ask('POST', '/factors/phone', {
    phone: byId('phone-number').value,
    password: taken('confirm-password'),
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
  const factors = await ask('POST', '/factors/phone/removal', { password: taken('confirm-password') });
  draw(factors, 'Votre mot de passe suffit de nouveau.');
});
await begin(async () => draw(await ask('GET', '/factors')));
