import type { frBroker } from './fr-broker.ts';

/** The sentences about MQTT, in English. */
export const enBroker: Readonly<Record<keyof typeof frBroker, string>> = {
  'broker.addSummary': 'gives a device that measures an MQTT account',
  'broker.addDescription': 'One account a device. The secret is made here and shown once; only its hash is kept.',
  'broker.listSummary': 'the devices that publish by MQTT',
  'broker.listDescription': 'Shows no secret.',
  'broker.revokeSummary': 'takes a device its MQTT account',
  'broker.revokeDescription': 'Its connection ends at once.',
  'broker.nameArgument': 'name of the device: small letters, digits, - and _; 23 at most',
  'broker.added': '{name} may publish',
  'broker.user': 'User name',
  'broker.clientId': 'Client id',
  'broker.secret': 'Password',
  'broker.topic': 'Topic',
  'broker.once': 'Note the password now: it will not be shown again.',
  'broker.name': 'Device',
  'broker.seen': 'Seen',
  'broker.state': 'State',
  'broker.revoked': 'revoked',
  'broker.connected': 'connected',
  'broker.away': 'away',
  'broker.none': 'No device',
  'broker.done': '{name} cannot publish any more',
  'broker.label': 'MQTT',
  'broker.listening': 'ports {ports}, {connections} connection(s), {devices} device(s)',
  'broker.down': 'does not listen',
};
