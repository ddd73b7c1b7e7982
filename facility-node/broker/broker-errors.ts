import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with the accounts of devices that publish by MQTT. */
export const brokerErrors = errorCodes({
  'SH-K260': {
    kind: 'conflict',
    title: { fr: 'Cet appareil a déjà un compte', en: 'This device has an account already' },
    remedy: {
      fr: 'Retirez-le d’abord (haggui broker device revoke), ou prenez un autre nom.',
      en: 'Revoke it first (haggui broker device revoke), or take another name.',
    },
  },
  'SH-N260': {
    kind: 'not-found',
    title: { fr: 'Aucun appareil de ce nom n’a de compte', en: 'No device of this name has an account' },
    remedy: { fr: 'haggui broker device list', en: 'haggui broker device list' },
  },
});

/** Makes an error of the catalogue of the broker. */
export const failBroker = brokerErrors.fail;
