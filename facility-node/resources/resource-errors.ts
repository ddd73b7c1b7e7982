import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with the records of the LAN API. */
export const resourceErrors = errorCodes({
  'SH-N130': {
    kind: 'not-found',
    title: { fr: 'Cet enregistrement n’existe pas ici', en: 'This record does not exist here' },
    remedy: { fr: 'Vérifiez l’identifiant, ou cherchez de nouveau.', en: 'Check the id, or search again.' },
  },
  'SH-I130': {
    kind: 'input',
    title: { fr: 'Ces données ne peuvent pas être enregistrées', en: 'These data cannot be recorded' },
    remedy: { fr: 'Corrigez les champs cités et renvoyez.', en: 'Correct the fields listed and send again.' },
  },
  'SH-I131': {
    kind: 'input',
    title: {
      fr: 'Cette Idempotency-Key a déjà servi pour un autre contenu',
      en: 'This Idempotency-Key was already used for another body',
    },
    remedy: { fr: 'Envoyez une nouvelle clé avec ce contenu.', en: 'Send this body with a new key.' },
  },
  'SH-I132': {
    kind: 'input',
    status: 400,
    title: { fr: 'L’Idempotency-Key est mal formée', en: 'The Idempotency-Key is malformed' },
    remedy: { fr: 'Envoyez 1 à 100 caractères ASCII visibles.', en: 'Send 1 to 100 visible ASCII characters.' },
  },
  'SH-I133': {
    kind: 'input',
    status: 428,
    title: {
      fr: 'Il manque la version que vous avez lue (If-Match)',
      en: 'The version you have read is missing (If-Match)',
    },
    remedy: {
      fr: 'Relisez l’enregistrement et renvoyez son ETag dans If-Match.',
      en: 'Read the record again and send its ETag as If-Match.',
    },
  },
  'SH-K130': {
    kind: 'conflict',
    status: 412,
    title: {
      fr: 'Quelqu’un a modifié cet enregistrement entre-temps',
      en: 'Somebody has changed this record meanwhile',
    },
    remedy: {
      fr: 'Relisez-le, vérifiez votre modification, puis renvoyez-la.',
      en: 'Read it again, check your change, then send it.',
    },
  },
});

/** Makes an error of the catalogue of the LAN API's records. */
export const failResource = resourceErrors.fail;
