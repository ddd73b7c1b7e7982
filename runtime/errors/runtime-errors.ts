import { errorCodes } from './error-catalogue.ts';
import { exitCodes } from './exit-codes.ts';

/** The codes that any process may end or answer with; each daemon adds its own with `errorCodes`. */
export const runtimeErrors = errorCodes({
  'SH-C001': {
    kind: 'config',
    title: { fr: 'La configuration est refusée', en: 'The configuration is refused' },
    remedy: {
      fr: 'Corrigez chaque point cité, puis vérifiez avec « check-config ».',
      en: 'Correct each point listed, then check with "check-config".',
    },
  },
  'SH-I001': {
    kind: 'input',
    title: { fr: 'Des champs sont refusés', en: 'Some fields are refused' },
    remedy: { fr: 'Corrigez chaque champ cité et renvoyez.', en: 'Correct each field listed and send again.' },
  },
  'SH-I002': {
    kind: 'input',
    status: 400,
    title: { fr: 'Le corps de la requête n’est pas du JSON', en: 'The body of the request is not JSON' },
    remedy: { fr: 'Envoyez un document JSON complet, en UTF-8.', en: 'Send one whole JSON document, in UTF-8.' },
  },
  'SH-I003': {
    kind: 'input',
    status: 413,
    title: { fr: 'Le corps de la requête est trop gros', en: 'The body of the request is too large' },
    remedy: { fr: 'Envoyez moins à la fois.', en: 'Send less at a time.' },
  },
  'SH-I004': {
    kind: 'input',
    status: 415,
    title: { fr: 'Ce type de contenu n’est pas accepté', en: 'This content type is not accepted' },
    remedy: { fr: 'Envoyez l’en-tête Content-Type attendu.', en: 'Send the Content-Type header that is expected.' },
  },
  'SH-I005': {
    kind: 'input',
    status: 400,
    title: { fr: 'La requête est mal formée', en: 'The request is malformed' },
    remedy: {
      fr: 'Comparez la requête avec la documentation de l’API.',
      en: 'Compare the request with the API’s documentation.',
    },
  },
  'SH-I006': {
    kind: 'input',
    status: 405,
    title: { fr: 'Cette méthode n’existe pas à cette adresse', en: 'This address has no such method' },
    remedy: { fr: 'Utilisez une méthode de l’en-tête Allow.', en: 'Use a method of the Allow header.' },
  },
  'SH-I007': {
    kind: 'input',
    status: 400,
    title: { fr: 'Un nom est écrit deux fois dans le même objet JSON', en: 'A name stands twice in one JSON object' },
    remedy: {
      fr: 'Écrivez-le une fois : rien ne dit lequel compterait.',
      en: 'Write it once: nothing says which would count.',
    },
  },
  'SH-A001': {
    kind: 'auth',
    status: 401,
    title: { fr: 'Il faut se connecter', en: 'Signing in is required' },
    remedy: { fr: 'Connectez-vous, puis recommencez.', en: 'Sign in, then try again.' },
  },
  'SH-A002': {
    kind: 'auth',
    title: { fr: 'Cette action n’est pas permise', en: 'This action is not allowed' },
    remedy: { fr: 'Demandez ce droit à l’administrateur.', en: 'Ask the administrator for this right.' },
  },
  'SH-A003': {
    kind: 'auth',
    title: {
      fr: 'La prise locale du service refuse cet utilisateur',
      en: 'The local socket of the service refuses this user',
    },
    remedy: {
      fr: 'Relancez avec sudo, ou entrez dans le groupe qui possède le dossier de données.',
      en: 'Run again with sudo, or join the group that owns the data directory.',
    },
  },
  'SH-A004': {
    kind: 'auth',
    status: 403,
    title: { fr: 'Ce formulaire vient d’un autre site', en: 'This form comes from another site' },
    remedy: { fr: 'Ouvrez la page du poste et recommencez.', en: 'Open the node’s own page and try again.' },
  },
  'SH-A005': {
    kind: 'auth',
    status: 429,
    title: { fr: 'Trop d’essais', en: 'Too many attempts' },
    remedy: { fr: 'Attendez le délai indiqué, puis recommencez.', en: 'Wait for the time shown, then try again.' },
  },
  'SH-A006': {
    kind: 'auth',
    title: { fr: 'Cette clé d’accès n’est pas reconnue ici', en: 'This passkey is not known here' },
    remedy: {
      fr: 'Recommencez ; sinon connectez-vous autrement, et voyez quelles clés d’accès votre compte a.',
      en: 'Try again; else sign in otherwise and see which passkeys your account has.',
    },
  },
  'SH-N001': {
    kind: 'not-found',
    title: { fr: 'Il n’y a rien à cette adresse', en: 'There is nothing at this address' },
    remedy: {
      fr: 'Vérifiez l’adresse, ou repartez de l’accueil du poste. Pour un programme : la documentation de l’API.',
      en: 'Check the address, or start again from the first page. For a program: the API’s documentation.',
    },
  },
  'SH-K001': {
    kind: 'conflict',
    exitCode: exitCodes.cannotWorkNow,
    title: {
      fr: 'L’adresse est déjà prise par un autre programme',
      en: 'The address is already taken by another program',
    },
    remedy: {
      fr: 'Arrêtez l’autre programme, ou choisissez une autre adresse.',
      en: 'Stop the other program, or choose another address.',
    },
  },
  'SH-T001': {
    kind: 'transient',
    title: { fr: 'Le service est arrêté', en: 'The service is not running' },
    remedy: { fr: 'Démarrez le service, puis recommencez.', en: 'Start the service, then try again.' },
  },
  'SH-T002': {
    kind: 'transient',
    title: { fr: 'Pas de réponse à temps', en: 'No answer in time' },
    remedy: {
      fr: 'Réessayez ; si cela dure, regardez le journal du service.',
      en: 'Try again; if it lasts, look at the service’s log.',
    },
  },
  'SH-T003': {
    kind: 'transient',
    title: { fr: 'La base de données est trop occupée', en: 'The database is too busy' },
    remedy: { fr: 'Réessayez dans un instant.', en: 'Try again in a moment.' },
  },
  'SH-F001': {
    kind: 'fatal',
    title: {
      fr: 'Une migration déjà appliquée a été modifiée',
      en: 'A migration that was already applied has changed',
    },
    remedy: {
      fr: 'Réinstallez la version du programme qui a créé cette base ; ne modifiez jamais une migration.',
      en: 'Reinstall the program that made this database; never change a migration.',
    },
  },
  'SH-F002': {
    kind: 'fatal',
    title: { fr: 'La base vient d’une version plus récente du programme', en: 'The database is of a newer program' },
    remedy: {
      fr: 'Installez la version récente, ou restaurez une sauvegarde.',
      en: 'Install the newer program, or restore a backup.',
    },
  },
  'SH-F003': {
    kind: 'fatal',
    title: { fr: 'Une migration a échoué', en: 'A migration failed' },
    remedy: {
      fr: 'La base est restée comme avant. Gardez le journal et demandez de l’aide.',
      en: 'The database is as it was. Keep the log and ask for help.',
    },
  },
  'SH-F004': {
    kind: 'fatal',
    title: { fr: 'La base n’écrit pas de façon durable', en: 'The database does not write durably' },
    remedy: {
      fr: 'Ne servez pas de soins sur cette machine ; demandez de l’aide.',
      en: 'Do not serve care on this machine; ask for help.',
    },
  },
  'SH-F005': {
    kind: 'fatal',
    title: { fr: 'La base n’est pas chiffrée', en: 'The database is not encrypted' },
    remedy: {
      fr: 'Réinstallez le programme avec sa bibliothèque de chiffrement.',
      en: 'Reinstall the program with its encryption library.',
    },
  },
  'SH-F006': {
    kind: 'fatal',
    exitCode: exitCodes.configuration,
    title: { fr: 'La clé n’ouvre pas cette base', en: 'The key does not open this database' },
    remedy: {
      fr: 'Donnez la clé faite avec cette base, ou restaurez les deux d’une même sauvegarde.',
      en: 'Give the key made with this database, or restore both from one backup.',
    },
  },
  'SH-F007': {
    kind: 'fatal',
    title: { fr: 'Un service essentiel s’est arrêté', en: 'An essential service died' },
    remedy: {
      fr: 'Le journal dit pourquoi ; corrigez puis redémarrez.',
      en: 'The log says why; correct it, then start again.',
    },
  },
  'SH-F008': {
    kind: 'fatal',
    status: 507,
    title: { fr: 'Le disque est plein : cela n’a pas été fait', en: 'The disk is full: this was not done' },
    remedy: {
      fr: 'Libérez de la place sur le disque, puis recommencez.',
      en: 'Free some space on the disk, then try again.',
    },
  },
  'SH-B001': {
    kind: 'bug',
    title: { fr: 'Erreur interne', en: 'Internal error' },
    remedy: { fr: 'Signalez-la avec le numéro de la requête.', en: 'Report it with the number of the request.' },
  },
  'SH-B002': {
    kind: 'bug',
    title: { fr: 'Une valeur confidentielle allait être écrite', en: 'A confidential value was about to be written' },
    remedy: { fr: 'Signalez ce défaut ; rien n’a été écrit.', en: 'Report this defect; nothing was written.' },
  },
  'SH-B003': {
    kind: 'bug',
    title: { fr: 'Une route est mal déclarée', en: 'A route is badly declared' },
    remedy: {
      fr: 'Donnez à chaque route sa politique d’accès, une seule fois.',
      en: 'Give each route its access policy, once.',
    },
  },
  'SH-B004': {
    kind: 'bug',
    title: { fr: 'Les migrations sont mal numérotées', en: 'The migrations are badly numbered' },
    remedy: {
      fr: 'Nommez-les 001_nom.sql, 002_nom.sql … sans trou ni double.',
      en: 'Name them 001_name.sql, 002_name.sql … without gap or double.',
    },
  },
});

/** Makes an error of the runtime's catalogue. */
export const failRuntime = runtimeErrors.fail;
