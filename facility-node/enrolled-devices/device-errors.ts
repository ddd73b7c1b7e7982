import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with enrolled devices. */
export const deviceErrors = errorCodes({
  'SH-A170': {
    kind: 'auth',
    status: 403,
    title: { fr: 'Ce lien d’enrôlement n’est plus valable', en: 'This enrolment link is no longer good' },
    remedy: {
      fr: 'Il ne sert qu’une fois, pendant un quart d’heure : demandez-en un autre à l’administrateur.',
      en: 'It serves once, for a quarter of an hour: ask the administrator for another.',
    },
  },
  'SH-A171': {
    kind: 'auth',
    status: 403,
    title: { fr: 'Cet appareil a été retiré', en: 'This device was withdrawn' },
    remedy: {
      fr: 'Travaillez sur un autre appareil, ou demandez à l’administrateur d’enrôler celui-ci de nouveau.',
      en: 'Work on another device, or ask the administrator to enrol this one again.',
    },
  },
  'SH-A172': {
    kind: 'auth',
    status: 403,
    title: { fr: 'Cet appareil n’est pas enrôlé', en: 'This device is not enrolled' },
    remedy: {
      fr: 'Demandez à l’administrateur un code d’enrôlement (haggui device add).',
      en: 'Ask the administrator for an enrolment code (haggui device add).',
    },
  },
  'SH-A173': {
    kind: 'auth',
    status: 403,
    title: { fr: 'Cette adresse ne se demande qu’en HTTPS', en: 'This address is answered over HTTPS only' },
    remedy: {
      fr: 'Enrôlez cet appareil : la page /appareil de ce poste dit comment.',
      en: 'Enrol this device: the page /appareil of this node says how.',
    },
  },
  'SH-N170': {
    kind: 'not-found',
    title: { fr: 'Aucun appareil ne répond à ce nom', en: 'No device has this name' },
    remedy: {
      fr: 'haggui device list donne les noms et les numéros.',
      en: 'haggui device list gives names and numbers.',
    },
  },
});

/** Makes an error of the catalogue of enrolled devices. */
export const failDevice = deviceErrors.fail;
