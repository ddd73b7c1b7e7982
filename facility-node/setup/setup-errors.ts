import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong while a data directory is made. */
export const setupErrors = errorCodes({
  'SH-K120': {
    kind: 'conflict',
    title: { fr: 'Ce dossier de données existe déjà', en: 'This data directory exists already' },
    remedy: {
      fr: 'Donnez un autre dossier avec --data : rien n’a été touché dans celui-ci.',
      en: 'Give another directory with --data: nothing was touched in this one.',
    },
  },
  'SH-I120': {
    kind: 'input',
    title: { fr: 'Les réponses ne se lisent pas', en: 'The answers cannot be read' },
    remedy: {
      fr: 'Donnez un objet JSON, par un fichier ou par l’entrée standard (-).',
      en: 'Give one JSON object, in a file or on standard input (-).',
    },
  },
});

/** Makes an error of the setup's catalogue. */
export const failSetup = setupErrors.fail;
