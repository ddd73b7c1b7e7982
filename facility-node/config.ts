import { type ConfigOf, configTable } from '@santehaggui/runtime/config/config-table.ts';

/** The configuration of a node. There is nothing else: what the hub decides comes from the hub. */
export const nodeConfigTable = configTable({
  'lan.host': {
    kind: 'string',
    default: '0.0.0.0',
    fr: 'Adresse où les postes de soins se connectent',
    en: 'Address that the facility’s screens connect to',
  },
  'lan.port': {
    kind: 'port',
    default: 8600,
    fr: 'Port de l’API locale (0 : un port libre)',
    en: 'Port of the LAN API (0: any free one)',
  },
  'lan.plainHttp': {
    kind: 'enum',
    values: ['loopback', 'lan', 'never'],
    default: 'loopback',
    fr: 'Qui peut travailler sans HTTPS : cette machine, tout le réseau local, ou personne',
    en: 'Who may work without HTTPS: this machine, the whole LAN, or nobody',
  },
  'lan.names': {
    kind: 'string',
    optional: true,
    fr: 'Autres noms de ce poste sur le réseau local, séparés par des virgules',
    en: 'Further names of this node on the LAN, separated by commas',
  },
  'lan.devices': {
    kind: 'enum',
    values: ['any', 'enrolled'],
    default: 'any',
    fr: 'Sur quels appareils le personnel peut se connecter : tous, ou ceux qui sont enrôlés',
    en: 'On which devices staff may sign in: any, or enrolled ones',
  },
  'clock.rtc': {
    kind: 'enum',
    values: ['auto', 'yes', 'no'],
    default: 'auto',
    fr: 'L’horloge continue-t-elle machine éteinte ?',
    en: 'Does the clock go on while the machine is off?',
  },
  'keys.unlockFile': {
    kind: 'path',
    optional: true,
    fr: 'Fichier de clé qui ouvre la base au démarrage, s’il est sur un autre support ; sinon keys/unlock.key',
    en: 'Key file that opens the database at the start, where it lies elsewhere; else keys/unlock.key',
  },
  'log.level': {
    kind: 'enum',
    values: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    fr: 'Détail du journal',
    en: 'Detail of the log',
  },
  'uplink.maxFrameBytes': {
    kind: 'integer',
    min: 64,
    max: 1_048_576,
    default: 131_072,
    fr: 'Taille maximale d’un envoi au hub, en octets',
    en: 'Largest frame sent to the hub, in bytes',
  },
  'uplink.gatherMs': {
    kind: 'integer',
    min: 0,
    max: 60_000,
    default: 300,
    fr: 'Attente pour grouper les changements d’un envoi, en millisecondes',
    en: 'How long changes are gathered into one frame, in milliseconds',
  },
  'uplink.keepaliveSeconds': {
    kind: 'seconds',
    min: 5,
    max: 3600,
    default: 60,
    fr: 'Silence après lequel la liaison est éprouvée',
    en: 'Silence after which the link is tried',
  },
  'uplink.timeoutSeconds': {
    kind: 'seconds',
    min: 2,
    max: 600,
    default: 30,
    fr: 'Attente d’une réponse du hub',
    en: 'How long an answer of the hub is waited for',
  },
  'uplink.retryMaxSeconds': {
    kind: 'seconds',
    min: 1,
    max: 86_400,
    default: 120,
    fr: 'Plus longue attente entre deux essais de connexion',
    en: 'Longest wait between two attempts to connect',
  },
  'uplink.authority': {
    kind: 'path',
    optional: true,
    fr: 'Fichier PEM de l’autorité qui a signé le certificat du hub ; sans lui, les autorités publiques',
    en: 'PEM file of the authority that signed the hub’s certificate; without it the public ones',
  },
  'uplink.smsNumber': {
    kind: 'string',
    pattern: /^\+[1-9]\d{6,14}$/,
    optional: true,
    fr: 'Numéro du hub pour les SMS (+223…) ; sans lui, rien ne part par SMS',
    en: 'The hub’s number for short messages (+223…); without it nothing goes by short message',
  },
  'uplink.smsAfterSeconds': {
    kind: 'seconds',
    min: 0,
    max: 86_400,
    default: 300,
    fr: 'Attente d’une connexion avant qu’une évacuation parte par SMS',
    en: 'How long an evacuation waits for a connection before it goes by short message',
  },
  'uplink.smsData': {
    kind: 'boolean',
    default: true,
    fr: 'Le réseau transmet les SMS de données (8 bits) ; sinon les mêmes octets partent en texte',
    en: 'Whether the network carries 8-bit short messages; else the same bytes go as text',
  },
  'disk.lowMegabytes': {
    kind: 'integer',
    min: 1,
    default: 1024,
    fr: 'Place libre en dessous de laquelle le disque est signalé',
    en: 'Free space below which the disk is reported',
  },
});

/** See {@link nodeConfigTable}. */
export type NodeConfig = ConfigOf<typeof nodeConfigTable>;
