import { REVOKED_STATUS } from '@santehaggui/protocols/enrolment/revoked.ts';
import { REFUSALS } from '@santehaggui/protocols/journal/refusals.ts';
import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** The codes that the hub adds to the runtime's: SH-…300 to SH-…499. */
export const hubErrors = errorCodes({
  'SH-C301': {
    kind: 'config',
    title: { fr: 'L’identité du hub ne se lit pas', en: 'The hub’s identity cannot be read' },
    remedy: {
      fr: 'Restaurez DOSSIER/identity/hub.json d’une sauvegarde : sans lui les nœuds ne reconnaissent plus ce hub.',
      en: 'Restore DIR/identity/hub.json from a backup: without it the nodes do not know this hub.',
    },
  },
  'SH-C310': {
    kind: 'config',
    title: {
      fr: 'Le fichier des clés ne s’ouvre pas avec la clé de scellement donnée',
      en: 'The key file does not open with the seal key given',
    },
    remedy: {
      fr: 'Redonnez la clé de scellement d’avant (kms.sealKey), ou restaurez DOSSIER/keys/kms.json et sa clé d’une même sauvegarde : sans eux les documents scellés sont perdus.',
      en: 'Give the former seal key again (kms.sealKey), or restore DIR/keys/kms.json and its key from one backup: without them the sealed documents are lost.',
    },
  },
  'SH-C311': {
    kind: 'config',
    title: { fr: 'La clé de scellement n’en est pas une', en: 'The seal key is none' },
    remedy: {
      fr: 'Le fichier de kms.sealKey contient 64 chiffres hexadécimaux : « openssl rand -hex 32 » en fait une.',
      en: 'The file of kms.sealKey holds 64 hexadecimal digits: "openssl rand -hex 32" makes one.',
    },
  },
  'SH-C312': {
    kind: 'config',
    title: {
      fr: 'Une clé a été enveloppée par un autre coffre, ou sous une version détruite',
      en: 'A key was wrapped by another KMS, or under a version that was destroyed',
    },
    remedy: {
      fr: 'Vérifiez kms.* et, après une restauration, que la base et le coffre sont de la même époque.',
      en: 'Check kms.* and, after a restoration, that the database and the KMS are of the same time.',
    },
  },
  'SH-C313': {
    kind: 'config',
    title: { fr: 'L’adresse du coffre n’est pas en https', en: 'The vault’s address is not https' },
    remedy: {
      fr: 'Le jeton partirait en clair : donnez kms.vaultUrl en https, ou un coffre de cette machine.',
      en: 'The token would travel in clear: give kms.vaultUrl as https, or a vault on this machine.',
    },
  },
  'SH-C314': {
    kind: 'config',
    title: { fr: 'La clé du coffre est sans dérivation', en: 'The vault’s key is without derivation' },
    remedy: {
      fr: 'Donnez dans kms.vaultKey un autre nom : le hub fait la clé lui-même (aes256-gcm96, derived=true).',
      en: 'Give another name in kms.vaultKey: the hub makes the key itself (aes256-gcm96, derived=true).',
    },
  },
  'SH-C315': {
    kind: 'config',
    title: { fr: 'Le coffre refuse le jeton', en: 'The vault refuses the token' },
    remedy: {
      fr: 'Remplacez le fichier de kms.vaultToken, puis relancez le hub ; la règle d’accès est dans docs/operations/cles-du-hub.md.',
      en: 'Replace the file of kms.vaultToken, then start the hub again; the policy is in docs/operations/cles-du-hub.md.',
    },
  },
  'SH-C316': {
    kind: 'config',
    title: { fr: 'Il manque le jeton du coffre', en: 'The vault’s token is missing' },
    remedy: {
      fr: 'Donnez dans kms.vaultToken le fichier qui le contient.',
      en: 'Give the file that holds it in kms.vaultToken.',
    },
  },
  'SH-T310': {
    kind: 'transient',
    title: { fr: 'Le coffre des clés ne répond pas', en: 'The KMS does not answer' },
    remedy: {
      fr: 'Échanges et rapports continuent ; seuls les documents scellés attendent. Descellez ou relancez le coffre.',
      en: 'Exchanges and reports go on; only sealed documents wait. Unseal or restart the vault.',
    },
  },
  'SH-N310': {
    kind: 'not-found',
    title: { fr: 'Ce dossier a été effacé', en: 'This record was erased' },
    remedy: {
      fr: 'La clé de ce patient a été détruite à sa demande : rien ne la rend.',
      en: 'This patient’s key was destroyed at their request: nothing brings it back.',
    },
  },
  'SH-N312': {
    kind: 'not-found',
    title: { fr: 'Cet établissement n’a pas ce patient', en: 'This facility has no such patient' },
    remedy: {
      fr: 'Donnez le numéro imprimé sur le carnet, ou l’identifiant de la fiche, et l’établissement qui la tient.',
      en: 'Give the number printed on the booklet, or the record’s id, and the facility that keeps it.',
    },
  },
  'SH-C317': {
    kind: 'config',
    title: { fr: 'La liste des effacements ne se lit pas', en: 'The list of erasures cannot be read' },
    remedy: {
      fr: 'Rendez DOSSIER/identity/erasures.jsonl lisible pour le compte du hub, ou restaurez-la d’une sauvegarde.',
      en: 'Make DIR/identity/erasures.jsonl readable for the hub’s account, or restore it from a backup.',
    },
  },
  'SH-N311': {
    kind: 'not-found',
    title: { fr: 'Cet établissement n’a pas de clé', en: 'This facility has no key' },
    remedy: {
      fr: 'Elle se fait avec le premier document ; vérifiez le code de l’établissement.',
      en: 'It is made with the first document; check the facility’s code.',
    },
  },
  'SH-T311': {
    kind: 'transient',
    title: { fr: 'Une autre rotation est en cours', en: 'Another rotation is under way' },
    remedy: { fr: 'Recommencez dans un instant.', en: 'Try again in a moment.' },
  },
  'SH-X311': {
    kind: 'input',
    title: { fr: 'Ce document scellé a été altéré', en: 'This sealed document was altered' },
    remedy: {
      fr: 'Reprenez-le du nœud qui l’a fait ou d’une sauvegarde.',
      en: 'Take it again from the node that made it, or from a backup.',
    },
  },
  'SH-K301': {
    kind: 'conflict',
    title: { fr: 'Ce code d’établissement est déjà pris', en: 'This facility code is already taken' },
    remedy: {
      fr: 'Un nœud est enrôlé sous ce code : choisissez-en un autre.',
      en: 'A node is enrolled under this code: choose another.',
    },
  },
  'SH-K302': {
    kind: 'conflict',
    title: { fr: 'Ce compte existe déjà', en: 'This account already exists' },
    remedy: { fr: 'Choisissez un autre nom de connexion.', en: 'Choose another login.' },
  },
  'SH-K303': {
    kind: 'conflict',
    title: { fr: 'Ce numéro de nœud est déjà pris', en: 'This node number is already taken' },
    remedy: {
      fr: 'Refaites « haggui init » dans un dossier neuf : le nœud tire un autre numéro.',
      en: 'Run "haggui init" again in a new directory: the node draws another number.',
    },
  },
  'SH-K305': {
    kind: 'conflict',
    title: { fr: 'Ce poste a déjà eu cette clé', en: 'This node has had this key before' },
    remedy: {
      fr: 'Un ancien message a été renvoyé : rien n’a changé. « haggui keys rotate » au poste en donne une neuve.',
      en: 'An old message was sent again: nothing has changed. "haggui keys rotate" at the node gives a new one.',
    },
  },
  'SH-K304': {
    kind: 'conflict',
    title: {
      fr: 'Cet établissement est déjà inscrit avec d’autres données',
      en: 'This facility is already registered with other data',
    },
    remedy: {
      fr: 'Pour un nouveau jeton, redonnez les données telles qu’elles sont inscrites ; sinon choisissez un autre code.',
      en: 'For a new token, give the data as they were registered; else choose another code.',
    },
  },
  'SH-I300': {
    kind: 'input',
    title: { fr: 'Ce code d’établissement est réservé', en: 'This facility code is reserved' },
    remedy: { fr: 'Choisissez un autre code.', en: 'Choose another code.' },
  },
  'SH-I301': {
    kind: 'input',
    title: { fr: 'La demande d’enrôlement est illisible', en: 'The enrolment request cannot be read' },
    remedy: {
      fr: 'Vérifiez que le jeton a été fait par ce hub, puis recommencez.',
      en: 'Check that the token was made by this hub, then try again.',
    },
  },
  'SH-I302': {
    kind: 'input',
    title: { fr: 'Cette semaine n’existe pas', en: 'There is no such week' },
    remedy: { fr: 'Écrivez l’année et la semaine ISO : 2026-W47.', en: 'Write the year and the ISO week: 2026-W47.' },
  },
  'SH-I303': {
    kind: 'input',
    title: { fr: 'Il faut nommer la région', en: 'The region must be named' },
    remedy: { fr: 'Ajoutez la région à la demande.', en: 'Add the region to the request.' },
  },
  'SH-I304': {
    kind: 'input',
    title: { fr: 'Ce ne sont pas des trames entières', en: 'These are not whole frames' },
    remedy: {
      fr: 'Un mandataire a peut-être coupé la demande : le nœud recommence de lui-même.',
      en: 'A proxy may have cut the request: the node tries again by itself.',
    },
  },
  'SH-I306': {
    kind: 'input',
    title: { fr: 'Cette suite de liste n’est pas d’ici', en: 'This continuation of a list is not ours' },
    remedy: { fr: 'Reprenez la liste depuis le début.', en: 'Take the list again from its beginning.' },
  },
  'SH-N302': {
    kind: 'not-found',
    title: { fr: 'Cette entrée n’est pas en quarantaine', en: 'This entry is not in quarantine' },
    remedy: { fr: 'La liste : haggui sync quarantine list', en: 'The list: haggui sync quarantine list' },
  },
  'SH-N301': {
    kind: 'not-found',
    title: { fr: 'Cet échange est terminé', en: 'This exchange has ended' },
    remedy: {
      fr: 'Rien n’est perdu : le nœud en ouvre un autre de lui-même.',
      en: 'Nothing is lost: the node opens another by itself.',
    },
  },
  'SH-A300': {
    kind: 'auth',
    title: { fr: 'Ce jeton d’enrôlement ne vaut pas', en: 'This enrolment token is not valid' },
    remedy: {
      fr: 'Un jeton sert une fois, pendant 72 heures, pour un établissement : demandez-en un autre au district.',
      en: 'A token works once, for 72 hours, for one facility: ask the district for another.',
    },
  },
  'SH-A301': {
    kind: 'auth',
    status: 401,
    title: { fr: 'Nom de connexion ou mot de passe incorrect', en: 'Wrong login or password' },
    remedy: { fr: 'Vérifiez les deux et recommencez.', en: 'Check both and try again.' },
  },
  'SH-A380': {
    kind: 'auth',
    title: { fr: 'Ce nœud n’est pas rattaché à ce hub', en: 'This node is not enrolled at this hub' },
    remedy: {
      fr: 'Ouvrez-le sur place : mot de passe ou mots de secours.',
      en: 'Open it where it stands: password or recovery words.',
    },
  },
  'SH-A382': {
    kind: 'auth',
    status: REVOKED_STATUS,
    title: { fr: 'Ce nœud a été retiré à son établissement', en: 'This node was taken from its facility' },
    remedy: {
      fr: 'Rien n’est perdu ici. Si c’est une erreur, prévenez le responsable du hub.',
      en: 'Nothing is lost here. If this is a mistake, tell the hub’s administrator.',
    },
  },
  'SH-C340': {
    kind: 'config',
    title: { fr: 'Il manque un réglage des SMS', en: 'A setting of the short messages is missing' },
    remedy: {
      fr: 'Donnez-le, ou mettez sms.provider à none : docs/operations/hub.md.',
      en: 'Give it, or set sms.provider to none: docs/operations/hub.md.',
    },
  },
  'SH-T340': {
    kind: 'transient',
    title: { fr: 'L’agrégateur n’a pas pris le SMS', en: 'The aggregator has not taken the short message' },
    remedy: {
      fr: 'Rien n’est perdu : le nœud renvoie ce qui n’a pas été confirmé. Vérifiez crédit, compte et numéro.',
      en: 'Nothing is lost: the node sends again what was not acknowledged. Check credit, account and number.',
    },
  },
  'SH-A340': {
    kind: 'auth',
    title: { fr: 'Cet appel n’est pas de l’agrégateur', en: 'This call is not the aggregator’s' },
    remedy: {
      fr: 'Vérifiez la clé de l’adresse (Africa’s Talking), ou sms.publicUrl et sms.secret (Twilio).',
      en: 'Check the key in the address (Africa’s Talking), or sms.publicUrl and sms.secret (Twilio).',
    },
  },
  'SH-N381': {
    kind: 'not-found',
    title: { fr: 'Il n’y a pas de tel nœud', en: 'There is no such node' },
    remedy: {
      fr: 'Les établissements : haggui hub facility list ; les nœuds retirés : haggui hub former list',
      en: 'The facilities: haggui hub facility list; the former nodes: haggui hub former list',
    },
  },
  'SH-N382': {
    kind: 'not-found',
    title: {
      fr: 'Rien n’attend d’être examiné de cet établissement',
      en: 'Nothing of this facility waits to be looked into',
    },
    remedy: { fr: 'La liste : haggui hub audit findings', en: 'The list: haggui hub audit findings' },
  },
  'SH-N380': {
    kind: 'not-found',
    title: { fr: 'Aucun poste verrouillé ne demande cela', en: 'No locked node asks for this' },
    remedy: { fr: 'La liste : haggui hub unlock list', en: 'The list: haggui hub unlock list' },
  },
  'SH-T301': {
    kind: 'transient',
    title: { fr: 'Le hub ne prend pas d’échange en ce moment', en: 'The hub takes no exchange at the moment' },
    remedy: {
      fr: 'Rien n’est perdu : le nœud réessaie de lui-même.',
      en: 'Nothing is lost: the node tries again by itself.',
    },
  },
  'SH-T302': {
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
  'SH-N314': {
    kind: 'not-found',
    title: { fr: 'Cet établissement n’est pas inscrit', en: 'This facility is not registered' },
    remedy: { fr: 'Vérifiez le code : haggui hub facility list.', en: 'Check the code: haggui hub facility list.' },
  },
  'SH-N315': {
    kind: 'not-found',
    title: { fr: 'Cet établissement ne connaît pas cette personne', en: 'This facility does not know this person' },
    remedy: {
      fr: 'L’identifiant est dans : haggui hub staff list --facility CODE.',
      en: 'The id is in: haggui hub staff list --facility CODE.',
    },
  },
  'SH-N313': {
    kind: 'not-found',
    title: {
      fr: 'Aucun établissement n’est inscrit dans ce district',
      en: 'No facility is registered in this district',
    },
    remedy: {
      fr: 'Écrivez le district comme à l’inscription : haggui hub facility list --json.',
      en: 'Write the district as it was registered: haggui hub facility list --json.',
    },
  },
  'SH-N391': {
    kind: 'not-found',
    title: { fr: 'Aucun établissement n’a ce code', en: 'No facility has this code' },
    remedy: { fr: 'Voyez les codes : haggui hub facility list.', en: 'See the codes: haggui hub facility list.' },
  },
  'SH-K391': {
    kind: 'conflict',
    title: {
      fr: 'Un rattachement plus récent est déjà inscrit pour cet établissement',
      en: 'A later move is already registered for this facility',
    },
    remedy: {
      fr: 'Donnez ce même jour pour le corriger, ou un jour plus tard.',
      en: 'Give that same day to correct it, or a later one.',
    },
  },
  'SH-I391': {
    kind: 'input',
    title: { fr: 'Aucun établissement n’a le code vers lequel référer', en: 'No facility has the code to refer to' },
    remedy: { fr: 'Voyez les codes : haggui hub facility list.', en: 'See the codes: haggui hub facility list.' },
  },
  'SH-I392': {
    kind: 'input',
    title: { fr: 'L’établissement est déjà là', en: 'The facility is there already' },
    remedy: {
      fr: 'Donnez une région, un district ou une référence autres que ceux d’aujourd’hui.',
      en: 'Give a region, a district or a target other than today’s.',
    },
  },
  'SH-X300': { kind: 'input', ...REFUSALS['SH-X300'] },
  'SH-X301': { kind: 'input', ...REFUSALS['SH-X301'] },
  'SH-X302': { kind: 'input', ...REFUSALS['SH-X302'] },
  'SH-X303': { kind: 'input', ...REFUSALS['SH-X303'] },
  'SH-X304': { kind: 'input', ...REFUSALS['SH-X304'] },
  'SH-X305': { kind: 'input', ...REFUSALS['SH-X305'] },
  'SH-X310': {
    kind: 'input',
    title: {
      fr: 'Changement rendu par un nœud, autre que celui qui est ici',
      en: 'Change given back by a node that is not the one that is here',
    },
    remedy: {
      fr: 'Celui du hub compte. Signalez-le : deux nœuds ont le même numéro, ou l’un d’eux a été altéré.',
      en: 'The hub’s counts. Report it: two nodes have one number, or one of them was tampered with.',
    },
  },
});

/** Makes an error of the hub's catalogue. */
export const failHub = hubErrors.fail;
