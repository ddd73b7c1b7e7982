import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** The codes of what would go over a network in clear. */
export const transportErrors = errorCodes({
  'SH-A306': {
    kind: 'auth',
    title: { fr: 'Le hub ne répond qu’en HTTPS', en: 'The hub answers over HTTPS alone' },
    remedy: {
      fr: 'Ouvrez la même adresse en https. Un relais placé devant le hub : nommez-le dans http.trustedProxies.',
      en: 'Open the same address with https. A proxy in front of the hub: name it in http.trustedProxies.',
    },
  },
  'SH-C318': {
    kind: 'config',
    title: {
      fr: 'Ce réglage enverrait des données en clair sur le réseau',
      en: 'This setting would send data over the network in clear',
    },
    remedy: {
      fr: 'PostgreSQL : ajoutez ?sslmode=verify-full (et sslrootcert=FICHIER) à database.url. Autres adresses : https.',
      en: 'PostgreSQL: add ?sslmode=verify-full (and sslrootcert=FILE) to database.url. Other addresses: https.',
    },
  },
});

/** Makes an error of what would go in clear. */
export const failTransport = transportErrors.fail;
