import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong between a node and its hub. */
export const uplinkErrors = errorCodes({
  'SH-I110': {
    kind: 'input',
    title: { fr: 'Ce jeton d’inscription ne se lit pas', en: 'This enrolment token cannot be read' },
    remedy: {
      fr: 'Recopiez-le en entier, tel que « hub facility add » l’a donné.',
      en: 'Copy all of it, as "hub facility add" gave it.',
    },
  },
  'SH-I111': {
    kind: 'input',
    title: { fr: 'Ce jeton est pour un autre établissement', en: 'This token is for another facility' },
    remedy: {
      fr: 'Demandez au responsable du hub un jeton pour cet établissement.',
      en: 'Ask the hub’s operator for a token of this facility.',
    },
  },
  'SH-I112': {
    kind: 'input',
    title: { fr: 'Ce jeton n’est plus valable', en: 'This token is no longer valid' },
    remedy: {
      fr: 'Demandez un nouveau jeton : il vaut 72 heures.',
      en: 'Ask for a new token: it is valid for 72 hours.',
    },
  },
  'SH-I113': {
    kind: 'input',
    title: { fr: 'Cette adresse du hub est en clair', en: 'This address of the hub is in clear' },
    remedy: {
      fr: 'Donnez l’adresse en https:// ; http:// ne vaut que pour un hub sur cette machine.',
      en: 'Give the address with https://; http:// is for a hub on this machine alone.',
    },
  },
  'SH-A110': {
    kind: 'auth',
    title: {
      fr: 'Ce hub n’est pas celui du jeton : rien ne lui a été confié',
      en: 'This hub is not that of the token: nothing secret was sent to it',
    },
    remedy: {
      fr: 'Vérifiez l’adresse du hub ; ne continuez pas si elle est juste.',
      en: 'Check the hub’s address; do not go on if it is right.',
    },
  },
  'SH-A111': {
    kind: 'auth',
    title: { fr: 'La réponse du hub n’est pas signée par lui', en: 'The hub’s answer is not signed by it' },
    remedy: { fr: 'Ne continuez pas ; prévenez le responsable du hub.', en: 'Do not go on; tell the hub’s operator.' },
  },
  'SH-T110': {
    kind: 'transient',
    title: { fr: 'Le hub ne répond pas', en: 'The hub does not answer' },
    remedy: {
      fr: 'Le travail continue sans lui. Vérifiez le réseau et l’adresse, puis réessayez.',
      en: 'Work goes on without it. Check the network and the address, then try again.',
    },
  },
  'SH-T113': {
    kind: 'transient',
    title: {
      fr: 'Le dossier de la clé ne se lit ou ne s’écrit pas',
      en: 'The stick’s folder cannot be read or written',
    },
    remedy: {
      fr: 'Vérifiez que la clé est branchée, qu’elle n’est ni pleine ni protégée, et le nom du dossier ; puis recommencez.',
      en: 'Check that the stick is plugged in, neither full nor write-protected, and the folder’s name; then try again.',
    },
  },
  'SH-T111': {
    kind: 'transient',
    title: { fr: 'L’échange avec le hub s’est arrêté avant la fin', en: 'The exchange with the hub ended early' },
    remedy: {
      fr: 'Rien n’est perdu : il reprendra où il en est. Réessayez.',
      en: 'Nothing is lost: it will go on where it is. Try again.',
    },
  },
  'SH-T112': {
    kind: 'transient',
    title: { fr: 'Ce poste n’est encore inscrit à aucun hub', en: 'This node is not enrolled at any hub yet' },
    remedy: {
      fr: 'Inscrivez-le : « haggui facility enrol --hub URL --token JETON ».',
      en: 'Enrol it: "haggui facility enrol --hub URL --token TOKEN".',
    },
  },
});

/** Makes an error of the uplink's catalogue. */
export const failUplink = uplinkErrors.fail;
