import type { frHub } from './fr-hub.ts';

/** Sentences about what the hub keeps for itself. */
export const enHub: Readonly<Record<keyof typeof frHub, string>> = {
  'hubKeys.statusSummary': 'what wraps the hub’s keys, and how many there are',
  'hubKeys.rotateSummary': 'renews the hub’s key of keys, or the key of a facility',
  'hubKeys.rotateDescription':
    'The facilities’ keys are wrapped anew at once; documents stay where they are. Interrupted, nothing is lost: do it again.',
  'hubKeys.facilityFlag': 'the key of this facility only',
  'hubKeys.compromisedFlag':
    'an older version may be known: destroy them all (backups from before no longer open their documents)',
  'hubKeys.kept': 'Key of keys',
  'hubKeys.inVault': 'in a vault',
  'hubKeys.inFile': 'file sealed by a key that is kept elsewhere',
  'hubKeys.onThisDisk': 'file sealed by a key of the same disk',
  'hubKeys.version': 'Version',
  'hubKeys.opening': 'Versions that open',
  'hubKeys.openingSince': '{count}, the oldest of {since}',
  'hubKeys.facilities': 'Keys of facilities',
  'hubKeys.patients': 'Keys of patients',
  'hubKeys.destroyed': 'Keys destroyed',
  'hubKeys.behind': '{count} facility key(s) under an older version: haggui hub keys rotate',
  'hubKeys.sealAdvice': 'Whoever takes this disk opens these keys: see kms.sealKey in docs/operations/cles-du-hub.md.',
  'hubKeys.rotated': 'Version {version}; {rewrapped} facility key(s) wrapped anew',
  'hubKeys.facilityRotated': 'Key {version} of {facility}; {rewrapped} patient key(s) wrapped anew',
  'hubKeys.forgotten': '{count} older version(s) destroyed.',
  'erasure.addSummary': 'erases a patient, here and at every facility',
  'erasure.addDescription':
    'At the patient’s written request. The key is destroyed, the records and the words of their history are taken out everywhere; nothing brings them back. Nameless counts in reports stay.',
  'erasure.facilityFlag': 'the facility that knows the patient',
  'erasure.patientFlag': 'the printed number, or the id of the record',
  'erasure.reasonFlag': 'why, without a name: the letter’s date, the file’s number',
  'erasure.yesFlag': 'yes, for ever',
  'erasure.listSummary': 'the erasures that were done, without a name',
  'erasure.done': 'Erased: {records} record(s)',
  'erasure.travels': 'Each facility takes them out at its next exchange; backups from before still hold them.',
  'erasure.at': 'On',
  'erasure.records': 'Records',
  'erasure.reason': 'Why',
  'erasure.none': 'No erasure.',
  'hubAudit.findingsSummary': 'what is wrong with audit trails and consents, here and at nodes',
  'hubAudit.findingsDescription':
    'The hub is the witness of nodes’ trails: it countersigns what goes on from what it had countersigned. Shows no entry.',
  'hubAudit.settleSummary': 'notes that a person has looked into what was wrong at a facility',
  'hubAudit.settleDescription':
    'Where the node’s trail is another one from somewhere on (a disk put back to a backup), the hub goes on from what it was when that was seen. Both signed pasts are kept.',
  'hubAudit.facility': 'the facility’s code',
  'hubAudit.none': 'Nothing waits to be looked into.',
  'hubAudit.next': 'Looked into, and explained? haggui hub audit settle FACILITY',
  'hubAudit.settled': '{findings} finding(s) settled',
  'hubAudit.foundAt': 'Seen',
  'hubAudit.what': 'What',
  'hubAudit.entries': 'Entries countersigned',
  'hubAudit.countersignedAt': 'At',
  'hubAudit.kind.rewritten': 'the node’s trail is no longer the one of the {about} entries countersigned',
  'hubAudit.kind.shorter':
    'the node’s trail is shorter than the {about} entries countersigned: put back to an older state, or cut off',
  'hubAudit.kind.chain': 'the chain of changes that the node signs is not the one here',
  'hubAudit.kind.damaged': 'the node finds its entry {about} rewritten, deleted or inserted',
  'hubAudit.kind.consents': 'the node finds {about} fault(s) in its consents',
  'hubAudit.kind.hub-consents': '{about} fault(s) in the facility’s consents at the hub',
  'hubAudit.kind.hub-rewritten':
    'the node does not find the hub’s trail that it had countersigned ({about} entries shown)',
};
