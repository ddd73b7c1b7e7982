import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';
import type { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import { wrongWords } from '../store/unlockers.ts';

/** What can go wrong with backups, and with putting one back. */
export const backupErrors = errorCodes({
  'SH-T210': {
    kind: 'transient',
    title: { fr: 'La sauvegarde n’a pas pu être écrite', en: 'The backup could not be written' },
    remedy: {
      fr: 'La clé USB est-elle branchée, et a-t-elle de la place ? Rien d’autre n’y a été changé.',
      en: 'Is the stick plugged in, and has it room? Nothing else on it was changed.',
    },
  },
  'SH-T211': {
    kind: 'transient',
    title: { fr: 'Une sauvegarde est déjà en cours', en: 'A backup is being made or looked at already' },
    remedy: { fr: 'Attendez sa fin, puis recommencez.', en: 'Wait for its end, then try again.' },
  },
  'SH-T212': {
    kind: 'transient',
    title: { fr: 'Le hub n’a pas ouvert la sauvegarde', en: 'The hub has not opened the backup' },
    remedy: {
      fr: 'Appelez le district, ou donnez les douze mots de secours.',
      en: 'Call the district, or give the twelve recovery words.',
    },
  },
  'SH-C210': {
    kind: 'config',
    title: { fr: 'Il n’est pas dit où sauvegarder', en: 'It is not said where backups go' },
    remedy: {
      fr: 'Donnez un dossier (haggui backup create DOSSIER), ou réglez backup.folder.',
      en: 'Give a folder (haggui backup create FOLDER), or set backup.folder.',
    },
  },
  'SH-K210': {
    kind: 'conflict',
    title: {
      fr: 'Personne ne pourrait ouvrir cette sauvegarde',
      en: 'Nobody could open this backup',
    },
    remedy: {
      fr: 'Imprimez d’abord des mots de secours : « haggui keys escrow ».',
      en: 'Print recovery words first: "haggui keys escrow".',
    },
  },
  'SH-K211': {
    kind: 'conflict',
    title: { fr: 'C’est la sauvegarde d’un autre poste', en: 'This is the backup of another node' },
    remedy: {
      fr: 'Prenez un fichier de cet établissement, ou un autre dossier avec --data.',
      en: 'Take a file of this facility, or another directory with --data.',
    },
  },
  'SH-K212': {
    kind: 'conflict',
    title: { fr: 'Un poste est déjà dans ce dossier', en: 'There is a node in this directory already' },
    remedy: {
      fr: 'Avec --force il est mis de côté dans ce dossier, rien n’en est effacé, et la sauvegarde prend sa place.',
      en: 'With --force it is put aside in this directory, nothing of it is deleted, and the backup takes its place.',
    },
  },
  'SH-I210': {
    kind: 'input',
    title: { fr: 'Ce n’est pas une sauvegarde, ou elle est abîmée', en: 'This is no backup, or it is damaged' },
    remedy: {
      fr: 'Prenez une autre sauvegarde ; celle-ci n’a rien changé.',
      en: 'Take another backup; this one has changed nothing.',
    },
  },
  'SH-I211': {
    kind: 'input',
    title: {
      fr: 'La sauvegarde ne contient pas ce qu’elle annonce',
      en: 'The backup does not hold what it says',
    },
    remedy: {
      fr: 'Prenez-en une autre, et signalez celle-ci ; elle n’a rien changé.',
      en: 'Take another one, and report this one; it has changed nothing.',
    },
  },
  'SH-A210': {
    kind: 'auth',
    title: { fr: 'Cela n’ouvre pas cette sauvegarde', en: 'This does not open this backup' },
    remedy: {
      fr: 'Prenez les mots de l’enveloppe dont la date est celle que montre « haggui backup list », ou passez par le hub.',
      en: 'Take the words of the envelope with the date that "haggui backup list" shows, or go through the hub.',
    },
  },
  'SH-N210': {
    kind: 'not-found',
    title: { fr: 'Cette sauvegarde n’est pas là', en: 'This backup is not there' },
    remedy: { fr: '« haggui backup list » les montre.', en: '"haggui backup list" shows them.' },
  },
});

/** Makes an error of the backups' catalogue. */
export const failBackup = backupErrors.fail;

/** That words do not open a backup, and which were misread; without words, that nothing here does. */
export function failWords(words: string | undefined): HagguiError {
  const why = words === undefined ? undefined : wrongWords(words);
  return failBackup('SH-A210', why === undefined ? {} : { why });
}
