import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';

/** The codes of the hub's database; those of its modules are in errors/hub-errors.ts. */
export const databaseErrors = errorCodes({
  'SH-C300': {
    kind: 'config',
    title: { fr: 'PostgreSQL ne peut pas s’installer ici', en: 'PostgreSQL cannot be set up here' },
    remedy: {
      fr: 'Lancez le hub sous un compte ordinaire, choisissez un autre dossier de données, ou donnez --database-url.',
      en: 'Run the hub as an ordinary user, choose another data directory, or give --database-url.',
    },
  },
  'SH-K300': {
    kind: 'conflict',
    exitCode: exitCodes.cannotWorkNow,
    title: { fr: 'Un autre hub travaille dans ce dossier de données', en: 'Another hub works in this data directory' },
    remedy: {
      fr: 'Arrêtez l’autre hub, ou choisissez un autre dossier.',
      en: 'Stop the other hub, or choose another directory.',
    },
  },
  'SH-T303': {
    kind: 'transient',
    title: { fr: 'Ce rapport prend trop de temps', en: 'This report takes too long' },
    remedy: {
      fr: 'Demandez une période plus courte ou une seule région, ou recommencez à une heure calme.',
      en: 'Ask for a shorter period or a single region, or try again at a quiet hour.',
    },
  },
  'SH-T300': {
    kind: 'transient',
    title: { fr: 'La base de données du hub ne répond pas', en: 'The hub’s database does not answer' },
    remedy: {
      fr: 'Réessayez dans un instant ; si cela dure, regardez le journal du hub.',
      en: 'Try again in a moment; if it lasts, look at the hub’s log.',
    },
  },
});

/** Makes an error of the database's catalogue. */
export const failDatabase = databaseErrors.fail;
