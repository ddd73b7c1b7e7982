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
  'SH-K250': {
    kind: 'conflict',
    title: { fr: 'Ce poste s’ouvre seul après une coupure', en: 'This node opens by itself after a power cut' },
    remedy: {
      fr: 'Il n’y a rien à ouvrir avec une clé d’accès ; voyez haggui keys opening.',
      en: 'There is nothing for a passkey to open; see haggui keys opening.',
    },
  },
  'SH-K251': {
    kind: 'conflict',
    title: { fr: 'Ce compte a déjà dix clés d’accès', en: 'This account already has ten passkeys' },
    remedy: { fr: 'Retirez d’abord celles qui ne servent plus.', en: 'First remove those that are no longer used.' },
  },
  'SH-N250': {
    kind: 'not-found',
    title: { fr: 'Cette clé d’accès n’est pas des vôtres', en: 'This passkey is not one of yours' },
    remedy: { fr: 'Affichez de nouveau vos clés d’accès.', en: 'Show your passkeys again.' },
  },
});

/** Makes an error of this catalogue. */
export const failFactor = factorErrors.fail;
