import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with how people prove who they are at the hub. */
export const hubPeopleErrors = errorCodes({
  'SH-A305': {
    kind: 'auth',
    status: 401,
    title: { fr: 'Ce code n’est pas le bon, ou il n’est plus valable', en: 'This code is wrong or no longer good' },
    remedy: {
      fr: 'Relisez le message ; pour un autre code, redonnez votre mot de passe.',
      en: 'Read the message again; for another code, give your password again.',
    },
  },
  'SH-T320': {
    kind: 'transient',
    title: { fr: 'Le code n’a pas pu partir', en: 'The code could not be sent' },
    remedy: {
      fr: 'Entrez avec une clé d’accès, ou réessayez plus tard ; l’opérateur du hub peut vous inviter à en faire une.',
      en: 'Come in with a passkey, or try again later; the hub’s operator can invite you to make one.',
    },
  },
  'SH-A303': {
    kind: 'auth',
    title: { fr: 'Une clé d’accès est nécessaire', en: 'A passkey is needed' },
    remedy: {
      fr: 'Connectez-vous avec votre clé d’accès ; la première se fait sur la page /cles-acces avec l’invitation de l’opérateur.',
      en: 'Sign in with your passkey; the first is made on the page /cles-acces with the operator’s invitation.',
    },
  },
  'SH-A304': {
    kind: 'auth',
    title: { fr: 'Cette invitation n’est pas valable', en: 'This invitation is not good' },
    remedy: {
      fr: 'Vérifiez les quatre mots ; ils servent une fois, pendant 72 heures. L’opérateur en donne d’autres (haggui hub user invite).',
      en: 'Check the four words; they serve once, within 72 hours. The operator gives others (haggui hub user invite).',
    },
  },
  'SH-K321': {
    kind: 'conflict',
    title: { fr: 'Ce compte est désactivé', en: 'This account is disabled' },
    remedy: {
      fr: 'Pour le rouvrir : haggui hub user reset, qui invite de nouveau.',
      en: 'To open it again: haggui hub user reset, which invites again.',
    },
  },
  'SH-K320': {
    kind: 'conflict',
    title: { fr: 'Ce compte a déjà dix clés d’accès', en: 'This account already has ten passkeys' },
    remedy: { fr: 'Retirez d’abord celles qui ne servent plus.', en: 'First remove those that are no longer used.' },
  },
  'SH-N320': {
    kind: 'not-found',
    title: { fr: 'Aucun compte du hub n’a cet identifiant', en: 'No account of the hub has this login' },
    remedy: { fr: 'Les comptes : haggui hub user list.', en: 'The accounts: haggui hub user list.' },
  },
  'SH-N321': {
    kind: 'not-found',
    title: { fr: 'Cette clé d’accès n’est pas des vôtres', en: 'This passkey is not one of yours' },
    remedy: { fr: 'Affichez de nouveau vos clés d’accès.', en: 'Show your passkeys again.' },
  },
});

/** Makes an error of this catalogue. */
export const failHubPeople = hubPeopleErrors.fail;
