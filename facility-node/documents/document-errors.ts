import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with the content of attachments. */
export const documentErrors = errorCodes({
  'SH-I240': {
    kind: 'input',
    title: {
      fr: 'Ce fichier n’est pas ce que son type annonce',
      en: 'This file is not what its type says',
    },
    remedy: {
      fr: 'Envoyez le fichier sous son vrai type : image, PDF, DICOM, son, vidéo ou texte.',
      en: 'Send the file under its true type: image, PDF, DICOM, sound, video or text.',
    },
  },
  'SH-I241': {
    kind: 'input',
    title: {
      fr: 'Cette partie ne fait pas suite à ce qui est reçu',
      en: 'This part does not follow what was received',
    },
    remedy: {
      fr: 'Demandez où en est l’envoi (GET …/content/state) et reprenez à « received », avec la même taille.',
      en: 'Ask how far it is (GET …/content/state) and go on at "received", with the same size.',
    },
  },
  'SH-I242': {
    kind: 'input',
    title: { fr: 'Ce fichier contient un programme malveillant', en: 'This file holds a malicious program' },
    remedy: {
      fr: 'Ne l’ouvrez pas et ne le copiez pas ; refaites la photo ou le scan, et prévenez l’informaticien.',
      en: 'Do not open or copy it; take the picture or scan anew, and tell the IT officer.',
    },
  },
  'SH-T240': {
    kind: 'transient',
    title: { fr: 'L’antivirus ne répond pas', en: 'The antivirus does not answer' },
    remedy: {
      fr: 'Réessayez ; si cela dure, relancez clamav-daemon, ou retirez documents.scanner de la configuration.',
      en: 'Try again; if it lasts, start clamav-daemon again, or take documents.scanner out of the configuration.',
    },
  },
  'SH-F240': {
    kind: 'fatal',
    status: 507,
    title: {
      fr: 'Le disque est presque plein : ce fichier n’est pas gardé',
      en: 'The disk is nearly full: this file is not kept',
    },
    remedy: {
      fr: 'Libérez de la place, puis renvoyez le fichier. Les dossiers s’enregistrent encore.',
      en: 'Free some space, then send the file again. Records can still be kept.',
    },
  },
  'SH-K240': {
    kind: 'conflict',
    title: { fr: 'Ce document a déjà un autre contenu', en: 'This document already has another content' },
    remedy: {
      fr: 'Le contenu ne se remplace pas : enregistrez un nouveau document, et l’ancien comme remplacé.',
      en: 'Content is not replaced: record a new document, and this one as superseded.',
    },
  },
  'SH-K241': {
    kind: 'conflict',
    title: { fr: 'Ce document est d’un autre établissement', en: 'This document is of another facility' },
    remedy: {
      fr: 'Son contenu s’envoie là où il a été enregistré ; ici, enregistrez un nouveau document.',
      en: 'Its content is handed in where it was recorded; here, record a new document.',
    },
  },
  'SH-N240': {
    kind: 'not-found',
    title: { fr: 'Ce document n’a pas encore de contenu', en: 'This document has no content yet' },
    remedy: { fr: 'Envoyez le fichier à cette adresse (POST).', en: 'Send the file to this address (POST).' },
  },
  'SH-N241': {
    kind: 'not-found',
    title: {
      fr: 'Le contenu de ce document n’est pas encore arrivé ici',
      en: 'The content of this document has not arrived here yet',
    },
    remedy: {
      fr: 'Il est demandé au hub : réessayez quand la liaison a passé. GET …/content/state dit où il en est.',
      en: 'It has been asked of the hub: try again once the link has been up. GET …/content/state says how far it is.',
    },
  },
});

/** Makes an error of the catalogue of attachments. */
export const failDocument = documentErrors.fail;
