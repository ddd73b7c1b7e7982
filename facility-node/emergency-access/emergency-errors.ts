import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with opening a record in an emergency, and with reviewing it. */
export const emergencyErrors = errorCodes({
  'SH-A230': {
    kind: 'auth',
    title: { fr: 'Cette fonction n’a pas d’accès d’urgence', en: 'This role has no emergency access' },
    remedy: { fr: 'Appelez un soignant du centre.', en: 'Call a clinician of the facility.' },
  },
  'SH-K230': {
    kind: 'conflict',
    title: {
      fr: 'Vous avez déjà ouvert ce dossier en urgence',
      en: 'You have this record open in an emergency already',
    },
    remedy: { fr: 'Lisez-le ; il se refermera seul.', en: 'Read it; it closes by itself.' },
  },
  'SH-K231': {
    kind: 'conflict',
    title: { fr: 'Cet accès d’urgence est déjà refermé', en: 'This emergency access is closed already' },
    remedy: { fr: 'Rien à faire.', en: 'Nothing to do.' },
  },
  'SH-K232': {
    kind: 'conflict',
    title: { fr: 'Personne n’examine son propre accès', en: 'Nobody reviews an access of their own' },
    remedy: {
      fr: 'Un autre responsable du centre doit l’examiner.',
      en: 'Somebody else who is responsible at the facility has to review it.',
    },
  },
  'SH-K233': {
    kind: 'conflict',
    title: { fr: 'Cet accès d’urgence est déjà examiné', en: 'This emergency access is reviewed already' },
    remedy: { fr: 'Relisez la liste.', en: 'Read the list again.' },
  },
  'SH-K234': {
    kind: 'conflict',
    title: {
      fr: 'Cet accès d’urgence a été ouvert dans un autre centre',
      en: 'This emergency access was opened at another facility',
    },
    remedy: { fr: 'Il est examiné là-bas.', en: 'It is reviewed there.' },
  },
});

/** Makes an error of the catalogue of emergency accesses. */
export const failEmergency = emergencyErrors.fail;
