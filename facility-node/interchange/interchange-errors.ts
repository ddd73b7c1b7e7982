import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';

/** What can go wrong with imports and exports. */
export const interchangeErrors = errorCodes({
  'SH-K200': {
    kind: 'conflict',
    exitCode: exitCodes.cannotWorkNow,
    title: { fr: 'Une importation est déjà en cours', en: 'An import is already running' },
    remedy: { fr: 'Attendez qu’elle se termine, puis recommencez.', en: 'Wait until it ends, then try again.' },
  },
  'SH-I200': {
    kind: 'input',
    title: { fr: 'Ce type n’existe pas', en: 'There is no such type' },
    remedy: {
      fr: 'Donnez un nom d’enregistrement (patient, encounter…) ou de ressource FHIR (Patient, Procedure…).',
      en: 'Give the name of a record (patient, encounter…) or of a FHIR resource (Patient, Procedure…).',
    },
  },
  'SH-I201': {
    kind: 'input',
    title: { fr: 'Un fichier CSV ne contient qu’un seul type', en: 'A CSV file holds one type only' },
    remedy: { fr: 'Ajoutez --type, par exemple --type patient.', en: 'Add --type, for example --type patient.' },
  },
});

/** Makes an error of the catalogue of imports and exports. */
export const failInterchange = interchangeErrors.fail;
