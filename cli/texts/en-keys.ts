import type { frKeys } from './fr-keys.ts';

/** The sentences about the keys of a node, in English. */
export const enKeys: Record<keyof typeof frKeys, string> = {
  'keys.statusSummary': 'who opens the node’s database, and since when it has its key',
  'keys.rotateSummary': 'gives the database a new key; work waits meanwhile (a second for 100 MB)',
  'keys.rotateDescription':
    'After somebody has left, a lost USB stick, or once a year: who kept a copy of the old key opens nothing new. Interrupted, the database has the old key or the new one, never neither.',
  'keys.acceptRingFlag': 'takes a ring for ours that another program has changed, after a look at it',
  'keys.escrowSummary': 'twelve new recovery words, to print and keep in a sealed envelope at the referral centre',
  'keys.escrowDescription': 'They open the database when nothing else does. Those before are worth nothing any more.',
  'keys.pageFlag': 'writes the page to print into this file (HTML)',
  'keys.unlockSummary': 'opens a locked node, with a password or the twelve recovery words',
  'keys.wordsFileFlag': 'file that holds the twelve recovery words',
  'keys.openingSummary': 'who opens the node after a power cut: the staff, or the node itself',
  'keys.openingDescription':
    '"staff": whoever steals the disk reads nothing, but somebody must open the node after each cut. "unattended": the node opens by itself, and whoever takes the machine reads all. The choice is audited.',
  'keys.byFlag': 'staff: a person; unattended: the node itself',
  'keys.opens': 'After a power cut',
  'keys.staff': 'a person opens the node',
  'keys.unattended': 'the node opens by itself (key file): whoever takes the machine reads all',
  'keys.since': 'Database key since',
  'keys.cipher': 'Cipher',
  'keys.unlockers': 'What opens the database',
  'keys.kind': 'Means',
  'keys.login': 'Whose',
  'keys.added': 'Since',
  'keys.kind.key-file': 'key file',
  'keys.kind.password': 'password',
  'keys.kind.passkey': 'passkey',
  'keys.kind.recovery': 'recovery words',
  'keys.kind.hub': 'the hub, after its operator’s yes',
  'keys.forged': 'Another program has changed the ring: look who opens the database before you go on.',
  'keys.rotating': 'A new key for the database…',
  'keys.rotated': 'The database has a new key ({milliseconds} ms)',
  'keys.escrowDone': 'New recovery words. They will not be shown again:',
  'keys.escrowPage': 'Page to print: {path} (delete the file afterwards)',
  'keys.unlocking': 'Opening…',
  'keys.unlocked': 'The node is open',
  'keys.openingDone': 'Noted.',
  'keys.locked': 'locked',
  'init.unlockFlag': 'who opens the node after a power cut: unattended (itself) or staff (a person)',
  'init.askUnlock':
    'Does the node open by itself after a power cut? yes: handy at night, but whoever takes the machine reads all; no: a person opens it:',
  'init.recovery': 'Recovery words, to copy now and keep in a sealed envelope (they will not be shown again):',
  'init.unattended':
    'This node opens by itself after a power cut: whoever takes the machine reads all. "haggui keys opening --by staff" changes that.',
  'init.openedBy': 'Open the node: {logins}',
};
