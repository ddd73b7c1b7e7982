// A page of the hub whose form signs one look: with a passkey, what it says goes into the form.
import { canUsePasskeys, usePasskey } from '/programmes/passkeys.js';

const byId = (id) => document.getElementById(id);
byId('with-passkey').hidden = !canUsePasskeys();
byId('with-passkey').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const options = await fetch('/api/v1/sessions/challenge', { method: 'POST' });
    const { assertion } = await usePasskey(await options.json());
    byId('passkey').value = JSON.stringify(assertion);
    byId('with-passkey').submit();
  } catch (error) {
    byId('failed').textContent = error.message;
    byId('failed').hidden = false;
  }
});
