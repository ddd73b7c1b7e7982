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
  'SH-A151': {
    kind: 'auth',
    status: 429,
    title: { fr: 'Trop d’essais de connexion', en: 'Too many attempts to sign in' },
    remedy: { fr: 'Attendez le délai indiqué, puis recommencez.', en: 'Wait for the time shown, then try again.' },
  },
  'SH-A152': {
    kind: 'auth',
    status: 401,
    title: { fr: 'La session est terminée', en: 'The session has ended' },
    remedy: { fr: 'Connectez-vous de nouveau.', en: 'Sign in again.' },
  },
  'SH-K150': {
    kind: 'conflict',
    title: { fr: 'Cet identifiant est déjà pris', en: 'This login is already taken' },
    remedy: { fr: 'Choisissez un autre identifiant.', en: 'Choose another login.' },
  },
  'SH-N150': {
    kind: 'not-found',
    title: { fr: 'Aucun compte n’a cet identifiant', en: 'No account has this login' },
    remedy: { fr: 'Vérifiez l’identifiant.', en: 'Check the login.' },
  },
});

/** Makes an error of the catalogue of accounts and sessions. */
export const failPeople = peopleErrors.fail;
