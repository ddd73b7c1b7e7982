// Passkeys in the browser: made and used with what the server gives, told back as JSON (W3C WebAuthn level 3, §5.1.8).

/** What every passkey makes the secret of that opens a locked node: the same text for all, for each has a key of its own. */
const SECRET_FOR = new TextEncoder().encode('SanteHaggui : ouvrir le poste');

/** Whether this browser can have passkeys here: over HTTPS that it trusts, by the server's name. */
export const canUsePasskeys = () => isSecureContext && window.PublicKeyCredential !== undefined;

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));

const textOf = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** What went wrong, in words. */
const inWords = (error) => {
  if (error.name === 'InvalidStateError') return new Error('Cet appareil a déjà une clé d’accès pour ce compte.');
  if (error.name === 'SecurityError')
    return new Error('Ouvrez le poste par son nom : une clé d’accès ne vaut pas pour une adresse.');
  return new Error('La clé d’accès n’a pas été utilisée : refusée, ou le temps est passé. Recommencez.');
};

const told = (credential, response) => ({
  id: credential.id,
  rawId: textOf(credential.rawId),
  type: credential.type,
  response,
  clientExtensionResults: {},
});

/** Makes a passkey; gives what the server has to be told, and whether it can make secrets. */
export const makePasskey = async (options) => {
  const credential = await navigator.credentials
    .create({
      publicKey: {
        ...options,
        challenge: bytesOf(options.challenge),
        user: { ...options.user, id: bytesOf(options.user.id) },
        excludeCredentials: options.excludeCredentials.map((known) => ({ ...known, id: bytesOf(known.id) })),
        extensions: { prf: {} },
      },
    })
    .catch((error) => {
      throw inWords(error);
    });
  const { response } = credential;
  return {
    makesSecrets: credential.getClientExtensionResults().prf?.enabled === true,
    registration: told(credential, {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    }),
  };
};

/** Uses a passkey; gives what the server has to be told, and with `forSecret` the secret that this passkey makes, where it can. */
export const usePasskey = async (options, { forSecret = false } = {}) => {
  const credential = await navigator.credentials
    .get({
      publicKey: {
        ...options,
        challenge: bytesOf(options.challenge),
        allowCredentials: (options.allowCredentials ?? []).map((known) => ({ ...known, id: bytesOf(known.id) })),
        ...(forSecret ? { extensions: { prf: { eval: { first: SECRET_FOR } } } } : {}),
      },
    })
    .catch((error) => {
      throw inWords(error);
    });
  const { response } = credential;
  const secret = credential.getClientExtensionResults().prf?.results?.first;
  return {
    ...(secret === undefined ? {} : { secret: textOf(secret) }),
    assertion: told(credential, {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      userHandle: response.userHandle === null ? null : textOf(response.userHandle),
    }),
  };
};
