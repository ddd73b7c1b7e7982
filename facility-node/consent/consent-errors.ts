import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong when a consent is given, withdrawn or asked for. */
export const consentErrors = errorCodes({
  'SH-I190': {
    kind: 'input',
    title: { fr: 'Ce code n’est pas le bon, ou il n’est plus valable', en: 'This code is wrong or no longer good' },
    remedy: { fr: 'Relisez le SMS, ou envoyez un nouveau code.', en: 'Read the message again, or send a new code.' },
  },
  'SH-I191': {
    kind: 'input',
    title: { fr: 'Le texte a changé depuis qu’il a été lu', en: 'The text has changed since it was read' },
    remedy: { fr: 'Relisez-le au patient, puis recommencez.', en: 'Read it to the patient again, then start over.' },
  },
  'SH-K190': {
    kind: 'conflict',
    title: { fr: 'Ce consentement est déjà retiré', en: 'This consent is already withdrawn' },
    remedy: { fr: 'Rien à faire : il n’a plus d’effet.', en: 'Nothing to do: it has no effect any more.' },
  },
  'SH-K191': {
    kind: 'conflict',
    title: { fr: 'Aucun téléphone ne peut recevoir le code', en: 'No phone can receive the code' },
    remedy: {
      fr: 'Notez le numéro du patient, ou faites signer, ou parler devant témoin.',
      en: 'Note the patient’s number, or have it signed, or spoken before a witness.',
    },
  },
  'SH-T190': {
    kind: 'transient',
    title: { fr: 'Le SMS n’est pas parti', en: 'The short message was not sent' },
    remedy: {
      fr: 'Faites signer, ou parler devant témoin ; le modem est à vérifier.',
      en: 'Have it signed, or spoken before a witness; the modem needs a look.',
    },
  },
});

/** Makes an error of the catalogue of consents. */
export const failConsent = consentErrors.fail;
