import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with bringing the records of one person together. */
export const patientErrors = errorCodes({
  'SH-K170': {
    kind: 'conflict',
    title: { fr: 'Cette fiche est déjà remplacée par une autre', en: 'This record is already replaced by another' },
    remedy: {
      fr: 'Séparez-les d’abord (unmerge), ou travaillez sur celle qui la remplace.',
      en: 'Separate them first (unmerge), or work on the one that replaces it.',
    },
  },
  'SH-K171': {
    kind: 'conflict',
    title: { fr: 'Ces deux fiches mènent déjà l’une à l’autre', en: 'These two records already lead to each other' },
    remedy: {
      fr: 'Choisissez une autre fiche, ou faites la fusion dans l’autre sens.',
      en: 'Choose another record, or merge the other way round.',
    },
  },
  'SH-K172': {
    kind: 'conflict',
    title: { fr: 'Cette fiche n’est remplacée par aucune autre', en: 'This record is replaced by no other' },
    remedy: { fr: 'Il n’y a rien à séparer.', en: 'There is nothing to separate.' },
  },
});

/** Makes an error of the catalogue of patients. */
export const failPatient = patientErrors.fail;
