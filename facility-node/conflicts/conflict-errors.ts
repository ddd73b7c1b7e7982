import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with reviewing conflicts. */
export const conflictErrors = errorCodes({
  'SH-N140': {
    kind: 'not-found',
    title: { fr: 'Ce conflit n’est pas ouvert ici', en: 'This conflict is not open here' },
    remedy: {
      fr: 'Quelqu’un l’a peut-être réglé : reprenez la liste des conflits.',
      en: 'Somebody may have settled it: take the list of conflicts again.',
    },
  },
  'SH-K140': {
    kind: 'conflict',
    title: { fr: 'La valeur a encore changé depuis ce conflit', en: 'The value has changed again since this conflict' },
    remedy: {
      fr: 'Relisez la fiche, puis envoyez la valeur juste avec « value ».',
      en: 'Read the record again, then send the right value as "value".',
    },
  },
});

/** Makes an error of the catalogue of conflicts. */
export const failConflict = conflictErrors.fail;
