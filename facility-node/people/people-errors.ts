import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with accounts and sessions. */
export const peopleErrors = errorCodes({
  'SH-A150': {
    kind: 'auth',
    status: 401,
    title: { fr: 'Identifiant ou mot de passe incorrect', en: 'Wrong login or password' },
    remedy: {
      fr: 'Vérifiez les deux et recommencez ; l’administrateur peut donner un nouveau mot de passe.',
      en: 'Check both and try again; the administrator can give a new password.',
    },
  },
  'SH-A152': {
    kind: 'auth',
    status: 401,
    title: { fr: 'La session est terminée', en: 'The session has ended' },
    remedy: { fr: 'Connectez-vous de nouveau.', en: 'Sign in again.' },
  },
  'SH-A153': {
    kind: 'auth',
    title: { fr: 'Choisissez votre propre mot de passe', en: 'Choose your own password' },
    remedy: {
      fr: 'Le mot de passe reçu ne sert qu’à cela : connectez-vous avec lui en donnant un nouveau mot de passe.',
      en: 'The password that you were given serves for this alone: sign in with it and give a new one.',
    },
  },
  'SH-A154': {
    kind: 'auth',
    title: { fr: 'Le mot de passe provisoire a expiré', en: 'The provisional password has expired' },
    remedy: {
      fr: 'Demandez-en un autre à l’administrateur (haggui user reset).',
      en: 'Ask the administrator for another (haggui user reset).',
    },
  },
  'SH-A155': {
    kind: 'auth',
    status: 401,
    title: { fr: 'Ce code n’est pas le bon, ou il n’est plus valable', en: 'This code is wrong or no longer good' },
    remedy: {
      fr: 'Relisez le SMS ; pour un autre code, redonnez votre mot de passe sans code, sur cet appareil.',
      en: 'Read the message again; for another code, give your password again without one, on this device.',
    },
  },
  'SH-A156': {
    kind: 'auth',
    title: { fr: 'Ce mot de passe n’est pas le vôtre', en: 'This is not your password' },
    remedy: {
      fr: 'Vérifiez-le : pour ce réglage, il est demandé de nouveau.',
      en: 'Check it: for this setting it is asked for again.',
    },
  },
  'SH-I150': {
    kind: 'input',
    title: { fr: 'Ce nouveau mot de passe ne convient pas', en: 'This new password does not do' },
    remedy: {
      fr: 'Prenez-en un autre que l’ancien et que votre identifiant.',
      en: 'Take another than the former one and than your login.',
    },
  },
  'SH-K150': {
    kind: 'conflict',
    title: { fr: 'Cet identifiant est déjà pris', en: 'This login is already taken' },
    remedy: { fr: 'Choisissez un autre identifiant.', en: 'Choose another login.' },
  },
  'SH-K151': {
    kind: 'conflict',
    title: { fr: 'Ce compte est désactivé', en: 'This account is disabled' },
    remedy: { fr: 'Réactivez-le d’abord : haggui user enable.', en: 'Enable it first: haggui user enable.' },
  },
  'SH-K152': {
    kind: 'conflict',
    title: { fr: 'Ce compte n’est pas désactivé', en: 'This account is not disabled' },
    remedy: {
      fr: 'Rien à réactiver. Pour un nouveau mot de passe : haggui user reset.',
      en: 'There is nothing to enable. For another password: haggui user reset.',
    },
  },
  'SH-K153': {
    kind: 'conflict',
    title: { fr: 'Ce compte est celui d’un autre établissement', en: 'This account is another facility’s' },
    remedy: {
      fr: 'Faites-le à son établissement d’origine : haggui user show le nomme.',
      en: 'Do it at its home facility: haggui user show names it.',
    },
  },
  'SH-K154': {
    kind: 'conflict',
    title: { fr: 'Ce poste n’est pas encore enrôlé', en: 'This node is not enrolled yet' },
    remedy: {
      fr: 'Un compte voyage par le hub : haggui facility enrol.',
      en: 'An account travels through the hub: haggui facility enrol.',
    },
  },
  'SH-K155': {
    kind: 'conflict',
    title: { fr: 'Ce compte ne vaut pas dans cet établissement', en: 'This account is not valid at that facility' },
    remedy: { fr: 'haggui user show dit où il vaut.', en: 'haggui user show says where it is.' },
  },
  'SH-I151': {
    kind: 'input',
    title: { fr: 'Cette fonction ne se donne pas ailleurs', en: 'This role cannot be given elsewhere' },
    remedy: {
      fr: 'Donnez une fonction de soins avec --role ; qui administre un établissement s’y décide : là-bas, haggui user roles --set.',
      en: 'Give a role of care with --role; who administers a facility is decided there: haggui user roles --set.',
    },
  },
  'SH-N152': {
    kind: 'not-found',
    title: { fr: 'Aucun établissement de la région n’a ce code', en: 'No facility of the region has this code' },
    remedy: {
      fr: 'Vérifiez le code auprès du hub : haggui hub facility list.',
      en: 'Check the code with the hub: haggui hub facility list.',
    },
  },
  'SH-N150': {
    kind: 'not-found',
    title: { fr: 'Aucun compte n’a cet identifiant', en: 'No account has this login' },
    remedy: { fr: 'Vérifiez l’identifiant.', en: 'Check the login.' },
  },
  'SH-N151': {
    kind: 'not-found',
    title: { fr: 'Cette session n’est pas des vôtres', en: 'This session is not one of yours' },
    remedy: {
      fr: 'Elle est peut-être déjà terminée : affichez vos sessions de nouveau.',
      en: 'It may have ended: show your sessions again.',
    },
  },
});

/** Makes an error of the catalogue of accounts and sessions. */
export const failPeople = peopleErrors.fail;
