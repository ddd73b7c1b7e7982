// The page of a locked node: a passkey makes the secret that opens it. What it signs is of no use: the secret alone is.
import { canUsePasskeys, usePasskey } from '/personnel/passkeys.js';

const byId = (id) => document.getElementById(id);
const { host } = byId('passkey').dataset;
const isHere = canUsePasskeys() && location.hostname === host;
byId('passkey').hidden = !isHere;
byId('not-here').hidden = isHere;

const challenge = () =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const tell = (words) => {
  byId('failed').textContent = words;
  byId('failed').hidden = false;
};

byId('with-passkey').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const options = { challenge: challenge(), rpId: host, userVerification: 'required', timeout: 120_000 };
    const { secret } = await usePasskey(options, { forSecret: true });
    if (secret === undefined) throw new Error('Cette clé d’accès ne sait pas ouvrir le poste.');
    byId('secret').value = secret;
    byId('with-passkey').submit();
  } catch (error) {
    tell(error.message);
  }
});
