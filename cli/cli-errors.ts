import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';

/** The codes that the command line adds to the runtime's: 500 to 599. */
export const cliErrors = errorCodes({
  'SH-I501': {
    kind: 'input',
    title: { fr: 'Cette commande n’existe pas', en: 'There is no such command' },
    remedy: { fr: 'La liste des commandes : haggui --help', en: 'The list of commands: haggui --help' },
  },
  'SH-I502': {
    kind: 'input',
    title: { fr: 'La commande est mal écrite', en: 'The command is badly written' },
    remedy: {
      fr: 'Ajoutez --help à la commande pour voir ses options et un exemple.',
      en: 'Add --help to the command to see its options and an example.',
    },
  },
  'SH-I503': {
    kind: 'input',
    title: { fr: 'Cette période n’existe pas', en: 'There is no such period' },
    remedy: {
      fr: 'Écrivez une semaine épidémiologique, par exemple --period 2026-W47.',
      en: 'Write an epidemiological week, for example --period 2026-W47.',
    },
  },
  'SH-I504': {
    kind: 'input',
    title: { fr: 'Il manque le login ou le mot de passe', en: 'The login or the password is missing' },
    remedy: {
      fr: 'Donnez --login et --password-file FICHIER (ou la variable HAGGUI_PASSWORD_FILE).',
      en: 'Give --login and --password-file FILE (or the variable HAGGUI_PASSWORD_FILE).',
    },
  },
  'SH-I505': {
    kind: 'input',
    title: { fr: 'Les réponses données ne suffisent pas', en: 'The answers given do not suffice' },
    remedy: {
      fr: 'Donnez les options citées, ou lancez la commande dans un terminal pour être guidé.',
      en: 'Give the options listed, or run the command in a terminal to be guided.',
    },
  },
  'SH-I506': {
    kind: 'input',
    exitCode: exitCodes.refused,
    title: { fr: 'Interrompu avant la fin des questions', en: 'Interrupted before the end of the questions' },
    remedy: { fr: 'Rien n’a été fait : relancez la commande.', en: 'Nothing was done: run the command again.' },
  },
  'SH-N501': {
    kind: 'not-found',
    title: { fr: 'Fichier introuvable', en: 'File not found' },
    remedy: { fr: 'Vérifiez le chemin et les droits de lecture.', en: 'Check the path and the right to read it.' },
  },
  'SH-N502': {
    kind: 'not-found',
    title: { fr: 'Aucun établissement inscrit sous ce code', en: 'No facility is registered under this code' },
    remedy: { fr: '« haggui hub facility list » les montre.', en: '`haggui hub facility list` shows them.' },
  },
  'SH-C501': {
    kind: 'config',
    title: { fr: 'Il n’y a pas de service installé ici', en: 'No service is installed here' },
    remedy: {
      fr: 'Indiquez le bon dossier avec --data DOSSIER, ou créez-le : haggui init --data DOSSIER',
      en: 'Give the right directory with --data DIR, or make one: haggui init --data DIR',
    },
  },
  'SH-C502': {
    kind: 'config',
    title: { fr: 'Le dossier de données ne convient pas', en: 'The data directory does not do' },
    remedy: {
      fr: 'Corrigez ce qui est cité, ou choisissez un autre dossier.',
      en: 'Correct what is listed, or choose another directory.',
    },
  },
  'SH-A501': {
    kind: 'auth',
    title: { fr: 'L’écriture est interdite ici', en: 'Writing is not allowed here' },
    remedy: {
      fr: 'Relancez avec sudo, ou choisissez un dossier qui vous appartient.',
      en: 'Run again with sudo, or choose a directory of your own.',
    },
  },
  'SH-K502': {
    kind: 'conflict',
    title: { fr: 'Ce dossier est déjà occupé', en: 'This directory is already in use' },
    remedy: { fr: 'Choisissez un dossier vide avec --data.', en: 'Choose an empty directory with --data.' },
  },
  'SH-F502': {
    kind: 'fatal',
    title: { fr: 'Le dossier de données n’a pas pu être préparé', en: 'The data directory could not be made ready' },
    remedy: {
      fr: 'Vérifiez le disque, puis recommencez ; un dossier neuf doit être vide.',
      en: 'Check the disk, then start again; a new directory has to be empty.',
    },
  },
  'SH-K501': {
    kind: 'conflict',
    title: { fr: 'Cette commande ne concerne pas ce service', en: 'This command is not for this service' },
    remedy: {
      fr: 'Indiquez avec --data le dossier d’un service de l’autre sorte.',
      en: 'Give, with --data, the directory of the other kind of service.',
    },
  },
  'SH-N509': {
    kind: 'not-found',
    title: { fr: 'Cette installation n’a pas de démonstration', en: 'This installation has no demonstration' },
    remedy: {
      fr: 'Elle ne contient que ce qui sert au travail. Lancez la démonstration depuis les sources du logiciel.',
      en: 'It holds what work needs and nothing else. Run the demonstration from the program’s sources.',
    },
  },
  'SH-T501': {
    kind: 'transient',
    title: { fr: 'Un service de la démonstration ne démarre pas', en: 'A service of the demonstration does not start' },
    remedy: {
      fr: 'Les dernières lignes de son journal sont ci-dessus. Fermez d’autres programmes, puis relancez.',
      en: 'The last lines of its log are above. Close other programs, then start again.',
    },
  },
  'SH-T502': {
    kind: 'transient',
    title: { fr: 'La synchronisation n’aboutit pas', en: 'The synchronisation does not complete' },
    remedy: {
      fr: 'Vérifiez le lien et le hub avec « haggui sync status », puis recommencez.',
      en: 'Check the link and the hub with "haggui sync status", then try again.',
    },
  },
  'SH-F501': {
    kind: 'fatal',
    title: { fr: 'Un service de la démonstration s’est arrêté', en: 'A service of the demonstration has stopped' },
    remedy: {
      fr: 'Les dernières lignes de son journal sont ci-dessus ; relancez avec --data DOSSIER pour garder les journaux.',
      en: 'The last lines of its log are above; start again with --data DIR to keep the logs.',
    },
  },
});

/** Makes an error of the command line's catalogue. */
export const failCli = cliErrors.fail;
