import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';

/** What can go wrong with a node's data directory, its database and the records in it. */
export const storeErrors = errorCodes({
  'SH-C101': {
    kind: 'config',
    title: { fr: 'Ce dossier de données n’est pas prêt', en: 'This data directory is not ready' },
    remedy: {
      fr: 'Créez-le avec « haggui init », ou donnez le bon dossier avec --data.',
      en: 'Make it with "haggui init", or give the right directory with --data.',
    },
  },
  'SH-C102': {
    kind: 'config',
    title: { fr: 'Cette base appartient à un autre poste', en: 'This database belongs to another node' },
    remedy: {
      fr: 'Remettez ensemble les dossiers identity, keys et database d’une même sauvegarde.',
      en: 'Put the folders identity, keys and database of one and the same backup together.',
    },
  },
  'SH-K101': {
    kind: 'conflict',
    exitCode: exitCodes.cannotWorkNow,
    title: {
      fr: 'Un autre service travaille déjà sur ce dossier de données',
      en: 'Another daemon already works on this data directory',
    },
    remedy: {
      fr: 'Arrêtez-le d’abord, ou donnez un autre dossier avec --data.',
      en: 'Stop it first, or give another directory with --data.',
    },
  },
  'SH-K102': {
    kind: 'conflict',
    title: {
      fr: 'Une personne habilitée a déjà écrit cette valeur',
      en: 'An authorised person has already written this value',
    },
    remedy: {
      fr: 'Demandez à cette personne, ou à un soignant habilité, de la corriger.',
      en: 'Ask that person, or an authorised clinician, to correct it.',
    },
  },
  'SH-K103': {
    kind: 'conflict',
    title: { fr: 'Cette valeur s’écrit une seule fois', en: 'This value is written only once' },
    remedy: { fr: 'Faites un nouvel enregistrement qui la rectifie.', en: 'Make a new record that amends it.' },
  },
  'SH-N101': {
    kind: 'not-found',
    title: { fr: 'Cet enregistrement n’est pas ici', en: 'This record is not here' },
    remedy: {
      fr: 'Vérifiez l’identifiant, ou attendez la prochaine synchronisation.',
      en: 'Check the id, or wait for the next synchronisation.',
    },
  },
  'SH-I101': {
    kind: 'input',
    title: { fr: 'Une valeur ne convient pas à son champ', en: 'A value does not fit its field' },
    remedy: { fr: 'Corrigez la valeur citée et renvoyez.', en: 'Correct the value listed and send again.' },
  },
  'SH-X101': {
    kind: 'input',
    title: { fr: 'Envoi du hub illisible', en: 'Unreadable change from the hub' },
    remedy: {
      fr: 'Gardé en quarantaine : mettez le nœud à jour, puis « haggui sync quarantine retry ».',
      en: 'Kept in quarantine: upgrade the node, then "haggui sync quarantine retry".',
    },
  },
  'SH-X102': {
    kind: 'input',
    title: {
      fr: 'Envoi du hub qui n’a pas pu être appliqué ici',
      en: 'Change from the hub that could not be applied here',
    },
    remedy: {
      fr: 'Gardé en quarantaine : « haggui sync quarantine retry » ; sinon signalez-le avec le journal du nœud.',
      en: 'Kept in quarantine: "haggui sync quarantine retry"; else report it with the node’s log.',
    },
  },
  'SH-F101': {
    kind: 'fatal',
    status: 507,
    title: { fr: 'Le disque est plein : rien n’a été enregistré', en: 'The disk is full: nothing was recorded' },
    remedy: {
      fr: 'Libérez de la place sur le disque, puis recommencez.',
      en: 'Free some space on the disk, then try again.',
    },
  },
  'SH-B101': {
    kind: 'bug',
    title: { fr: 'Transaction mal employée', en: 'Transaction misused' },
    remedy: { fr: 'Signalez ce défaut ; rien n’a été enregistré.', en: 'Report this defect; nothing was recorded.' },
  },
});

/** Makes an error of the store's catalogue. */
export const failStore = storeErrors.fail;
