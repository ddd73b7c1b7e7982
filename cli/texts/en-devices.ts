import type { frDevices } from './fr-devices.ts';

/** The sentences of tablets, phones and checks, in English. */
export const enDevices: Readonly<Record<keyof typeof frDevices, string>> = {
  'device.addSummary': 'invites a tablet or phone: a QR code to scan',
  'device.addDescription':
    'The code serves once, for a quarter of an hour, on the node’s Wi-Fi. The page that it opens helps to install the certificate, checks that it is trusted and names the device.',
  'device.listSummary': 'the enrolled tablets and phones',
  'device.revokeSummary': 'withdraws a device: its sessions end at once',
  'device.revokeDescription':
    'To be done at once for a device that was lost or stolen. It has to be enrolled again if it comes back.',
  'device.revokeDevice': 'name or number of the device, as in the list',
  'device.authoritySummary': 'the certificate by which devices know this node',
  'device.authorityDescription':
    'Shows its fingerprint, and the names and addresses that it stands for. --replace makes another: every device then has to be enrolled again.',
  'device.replaceFlag': 'make another (key compromised, node renamed)',
  'device.scan': 'On the node’s Wi-Fi, scan this code with the device:',
  'device.otherwise': 'If this address does not open:',
  'device.until': 'The code serves once, until {instant}.',
  'device.compare': 'The SHA-256 fingerprint of the certificate, to be compared on the device:',
  'device.name': 'Name',
  'device.seen': 'Seen',
  'device.address': 'Address',
  'device.state': 'State',
  'device.id': 'Number',
  'device.inUse': 'in use',
  'device.revoked': 'withdrawn',
  'device.none': 'No device is enrolled. To add one: haggui device add',
  'device.done': '“{name}” is withdrawn; its sessions have ended',
  'device.replaced': 'New certificate: enrol every device again (haggui device add)',
  'device.standsFor': 'Stands for',
  'device.notAfter': 'Renewed before',
  'device.uncovered': 'Does not stand for',
  'device.fingerprint': 'SHA-256 fingerprint:',
  'doctor.summary': 'examines the machine and the service, and says what to do (code 75 when something is wrong)',
  'doctor.description':
    'Disk, clock, database, keys, certificate, link, permissions of files, swap, known passwords. A stopped service is examined too.',
  'doctor.running': 'Examining the machine and the database…',
  'doctor.fine': 'All is well',
  'doctor.attention': '{count} thing(s) to watch',
  'doctor.wrong': '{count} thing(s) to mend',
};
