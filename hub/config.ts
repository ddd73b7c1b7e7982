import { type ConfigOf, configTable } from '@santehaggui/runtime/config/config-table.ts';

/** Everything that can be said to a hub. */
export const hubConfigTable = configTable({
  data: {
    kind: 'path',
    default: '/var/lib/santehaggui',
    env: 'HAGGUI_DATA',
    flag: '--data',
    fr: 'Dossier de données : identité, prise locale, PostgreSQL embarqué',
    en: 'Data directory: identity, local socket, embedded PostgreSQL',
  },
  'database.url': {
    kind: 'url',
    protocols: ['postgres', 'postgresql'],
    optional: true,
    fr: 'PostgreSQL 15 ou plus récent, d’un compte qui peut créer rôles et schémas ; sans cela le hub fait tourner le sien',
    en: 'PostgreSQL 15 or newer, of a login that may create roles and schemas; without it the hub runs its own',
  },
  'http.host': { kind: 'string', default: '127.0.0.1', fr: 'Adresse où écouter', en: 'Address to listen on' },
  'http.port': {
    kind: 'port',
    default: 8700,
    fr: 'Port HTTP ; 0 prend un port libre',
    en: 'HTTP port; 0 takes a free one',
  },
  'http.trustedProxies': {
    kind: 'string',
    optional: true,
    pattern: /^[\da-fA-F.:/]+(\s*,\s*[\da-fA-F.:/]+)*$/,
    fr: 'Adresses ou réseaux des relais placés devant le hub (10.0.0.5, 10.1.0.0/16) : sans cela, tous ceux qui passent par eux ont la même adresse',
    en: 'Addresses or networks of proxies in front of the hub (10.0.0.5, 10.1.0.0/16): without it, all who come through them have one address',
  },
  'http.tlsKey': { kind: 'secret', optional: true, fr: 'Fichier de la clé TLS', en: 'File of the TLS key' },
  'http.tlsCertificate': {
    kind: 'path',
    optional: true,
    fr: 'Fichier du certificat TLS',
    en: 'File of the TLS certificate',
  },
  'kms.sealKey': {
    kind: 'secret',
    optional: true,
    fr: 'Fichier de la clé (64 chiffres hexadécimaux) qui scelle le fichier des clés ; à garder sur un autre support',
    en: 'File of the key (64 hexadecimal digits) that seals the key file; to be kept on another medium',
  },
  'kms.vaultUrl': {
    kind: 'url',
    protocols: ['https', 'http'],
    optional: true,
    fr: 'Adresse d’un HashiCorp Vault qui garde la clé des clés, au lieu du fichier ; http sur cette machine seulement',
    en: 'Address of a HashiCorp Vault that keeps the key of keys, instead of the file; http on this machine only',
  },
  'kms.vaultToken': {
    kind: 'secret',
    optional: true,
    fr: 'Fichier du jeton de ce Vault ; le hub le renouvelle chaque jour',
    en: 'File of that Vault’s token; the hub renews it daily',
  },
  'kms.vaultMount': {
    kind: 'string',
    default: 'transit',
    pattern: /^[\w.-]+(\/[\w.-]+)*$/,
    fr: 'Où le moteur transit est monté',
    en: 'Where the transit engine is mounted',
  },
  'kms.vaultKey': {
    kind: 'string',
    default: 'santehaggui',
    pattern: /^[\w-]+$/,
    fr: 'Nom de la clé dans ce Vault',
    en: 'Name of the key in that Vault',
  },
  'kms.vaultNamespace': {
    kind: 'string',
    optional: true,
    fr: 'Espace de noms de ce Vault',
    en: 'Namespace of that Vault',
  },
  'sms.provider': {
    kind: 'enum',
    values: ['none', 'africastalking', 'twilio'],
    default: 'none',
    fr: 'Agrégateur qui reçoit et envoie les SMS du hub',
    en: 'Aggregator that receives and sends the hub’s short messages',
  },
  'sms.account': {
    kind: 'string',
    optional: true,
    fr: 'Compte : nom d’utilisateur (Africa’s Talking) ou Account SID (Twilio)',
    en: 'Account: user name (Africa’s Talking) or Account SID (Twilio)',
  },
  'sms.secret': {
    kind: 'secret',
    optional: true,
    fr: 'Fichier de la clé d’API (Africa’s Talking) ou de l’auth token (Twilio)',
    en: 'File of the API key (Africa’s Talking) or the auth token (Twilio)',
  },
  'sms.number': {
    kind: 'string',
    optional: true,
    pattern: /^\+?\d{3,15}$/,
    fr: 'Numéro auquel les nœuds écrivent, tel que l’agrégateur le nomme',
    en: 'Number that nodes write to, as the aggregator names it',
  },
  'sms.webhookKey': {
    kind: 'secret',
    optional: true,
    fr: 'Fichier de la clé que porte l’adresse donnée à Africa’s Talking (…/api/v1/telecoms/africastalking/sms?key=CLÉ)',
    en: 'File of the key in the address given to Africa’s Talking (…/api/v1/telecoms/africastalking/sms?key=KEY)',
  },
  'sms.publicUrl': {
    kind: 'url',
    protocols: ['https', 'http'],
    optional: true,
    fr: 'Adresse publique du hub, telle que Twilio l’appelle',
    en: 'The hub’s public address, as Twilio calls it',
  },
  'sms.apiUrl': {
    kind: 'url',
    protocols: ['https', 'http'],
    optional: true,
    fr: 'Adresse de l’API de l’agrégateur, si ce n’est pas la sienne',
    en: 'Address of the aggregator’s API, where it is not its own',
  },
  'copies.keepDays': {
    kind: 'integer',
    default: 90,
    min: 1,
    max: 3650,
    fr: 'Jours pendant lesquels un établissement garde la copie d’un dossier après la fin de la référence',
    en: 'Days for which a facility keeps the copy of a record after the referral has ended',
  },
  'log.level': {
    kind: 'enum',
    values: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    fr: 'Niveau du journal',
    en: 'Log level',
  },
});

/** A hub's configuration. */
export type HubConfig = ConfigOf<typeof hubConfigTable>;
