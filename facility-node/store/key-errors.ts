import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with the key of a database and with those who can open it. */
export const keyErrors = errorCodes({
  'SH-C180': {
    kind: 'config',
    title: { fr: 'Le trousseau de clés ne se lit pas', en: 'The key ring cannot be read' },
    remedy: {
      fr: 'Remettez une sauvegarde, « haggui backup restore FICHIER --force » : sans son trousseau la base ne s’ouvre pas.',
      en: 'Put a backup back, "haggui backup restore FILE --force": without its ring the database does not open.',
    },
  },
  'SH-A180': {
    kind: 'auth',
    title: { fr: 'Cela n’ouvre pas la base', en: 'This does not open the database' },
    remedy: {
      fr: 'Vérifiez le login et le mot de passe, ou prenez les douze mots de l’enveloppe de secours.',
      en: 'Check login and password, or take the twelve words of the sealed envelope.',
    },
  },
  'SH-T180': {
    kind: 'transient',
    title: { fr: 'Le poste est verrouillé', en: 'The node is locked' },
    remedy: {
      fr: 'Ouvrez-le : page d’accueil du poste, ou « haggui keys unlock ».',
      en: 'Open it: the node’s first page, or "haggui keys unlock".',
    },
  },
  'SH-K180': {
    kind: 'conflict',
    title: {
      fr: 'Le trousseau de clés a été changé par un autre programme',
      en: 'Another program has changed the key ring',
    },
    remedy: {
      fr: 'Comparez « haggui keys status » avec ce que vous connaissez ; « haggui keys rotate --accept-ring » le reprend à votre compte.',
      en: 'Compare "haggui keys status" with what you know; "haggui keys rotate --accept-ring" makes it yours.',
    },
  },
  'SH-K181': {
    kind: 'conflict',
    title: {
      fr: 'Les clés ne peuvent pas changer pendant une importation ou une sauvegarde',
      en: 'Keys cannot change while an import or a backup runs',
    },
    remedy: { fr: 'Attendez sa fin, puis recommencez.', en: 'Wait for its end, then try again.' },
  },
  'SH-K182': {
    kind: 'conflict',
    title: { fr: 'Plus rien n’ouvrirait la base', en: 'Nothing would open the database any more' },
    remedy: {
      fr: 'Imprimez d’abord des mots de secours : « haggui keys escrow ».',
      en: 'Print recovery words first: "haggui keys escrow".',
    },
  },
  'SH-K183': {
    kind: 'conflict',
    title: { fr: 'Cette note a déjà été reprise', en: 'This note has been taken up already' },
    remedy: { fr: 'La liste montre qui l’a reprise.', en: 'The list shows who did.' },
  },
  'SH-N181': {
    kind: 'not-found',
    title: { fr: 'Cette note n’est pas ici', en: 'This note is not here' },
    remedy: { fr: 'Vérifiez la liste des notes d’urgence.', en: 'Check the list of emergency notes.' },
  },
  'SH-N180': {
    kind: 'not-found',
    title: { fr: 'Le trousseau n’a pas cette entrée', en: 'The key ring has no such entry' },
    remedy: { fr: '« haggui keys status » les montre.', en: '"haggui keys status" shows them.' },
  },
  'SH-I180': {
    kind: 'input',
    title: { fr: 'Ce mot de passe ne protège pas un disque volé', en: 'This password does not protect a stolen disk' },
    remedy: {
      fr: 'Prenez cinq mots au hasard ou plus, ou une longue phrase à vous.',
      en: 'Take five random words or more, or a long sentence of your own.',
    },
  },
});

/** Makes an error of the keys’ catalogue. */
export const failKeys = keyErrors.fail;
