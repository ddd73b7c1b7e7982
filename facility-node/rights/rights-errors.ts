import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with editing rights. */
export const rightsErrors = errorCodes({
  'SH-I220': {
    kind: 'input',
    status: 422,
    title: { fr: 'Cet établissement ne peut pas donner ces droits', en: 'This facility cannot give these rights' },
    remedy: {
      fr: 'Retirez les règles nommées, ou demandez au hub de relever le plafond de cette fonction.',
      en: 'Remove the rules that are named, or ask the hub to raise the ceiling of this role.',
    },
  },
  'SH-K220': {
    kind: 'conflict',
    title: { fr: 'Quelqu’un a modifié ces droits entre-temps', en: 'Somebody has changed these rights meanwhile' },
    remedy: { fr: 'Reprenez l’édition actuelle, puis recommencez.', en: 'Take the present edition, then try again.' },
  },
  'SH-K221': {
    kind: 'conflict',
    title: {
      fr: 'Plus personne ne pourrait modifier les droits ici',
      en: 'Nobody could change the rights here any more',
    },
    remedy: {
      fr: 'Laissez ce droit à une fonction dont quelqu’un a un compte.',
      en: 'Leave this right to a role that somebody has an account with.',
    },
  },
});

/** Makes an error of the catalogue of rights. */
export const failRights = rightsErrors.fail;
