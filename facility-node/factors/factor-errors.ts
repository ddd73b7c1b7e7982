import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with what proves a person beside the password. */
export const factorErrors = errorCodes({
  'SH-T250': {
    kind: 'transient',
    title: { fr: 'Le code n’a pas pu partir par SMS', en: 'The code could not be sent by SMS' },
    remedy: {
      fr: 'Réessayez plus tard, ou connectez-vous avec une clé d’accès ou sur l’appareil habituel. L’administrateur peut retirer le téléphone (haggui user reset).',
      en: 'Try again later, or sign in with a passkey or on your usual device. The administrator can take the phone away (haggui user reset).',
    },
  },
  'SH-I250': {
    kind: 'input',
    title: { fr: 'Ce numéro n’est pas un numéro de téléphone', en: 'This is not a phone number' },
    remedy: {
      fr: 'Donnez les huit chiffres, ou + et l’indicatif.',
      en: 'Give the eight digits, or + and the country.',
    },
  },
  'SH-I251': {
    kind: 'input',
    title: { fr: 'Ce code n’est pas le bon, ou il n’est plus valable', en: 'This code is wrong or no longer good' },
    remedy: {
      fr: 'Relisez le SMS, ou demandez un autre code.',
      en: 'Read the message again, or ask for another code.',
    },
  },
});

/** Makes an error of this catalogue. */
export const failFactor = factorErrors.fail;
