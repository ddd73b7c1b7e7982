import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with looking at the quarantine. */
export const quarantineErrors = errorCodes({
  'SH-N141': {
    kind: 'not-found',
    title: { fr: 'Cette entrée n’est pas en quarantaine', en: 'This entry is not in quarantine' },
    remedy: { fr: 'La liste : haggui sync quarantine list', en: 'The list: haggui sync quarantine list' },
  },
});

/** Makes an error of the catalogue of the quarantine. */
export const failQuarantine = quarantineErrors.fail;
