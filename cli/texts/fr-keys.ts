/** The sentences about the keys of a node, in French. */
export const frKeys = {
  'keys.statusSummary': 'qui ouvre la base du poste, et depuis quand elle a sa clé',
  'keys.rotateSummary':
    'donne à la base une nouvelle clé ; le travail attend pendant ce temps (une seconde pour 100 Mo)',
  'keys.rotateDescription':
    'Après le départ de quelqu’un, une clé USB perdue, ou une fois par an : qui avait gardé une copie de l’ancienne clé n’ouvre plus rien de nouveau. Interrompue, la base garde l’ancienne clé ou la nouvelle, jamais aucune.',
  'keys.acceptRingFlag': 'reprend à son compte un trousseau qu’un autre programme a changé, après l’avoir regardé',
  'keys.escrowSummary': 'douze nouveaux mots de secours, à imprimer et à garder sous enveloppe scellée au CSRéf',
  'keys.escrowDescription': 'Ils ouvrent la base quand rien d’autre ne l’ouvre. Ceux d’avant ne valent plus rien.',
  'keys.pageFlag': 'écrit la page à imprimer dans ce fichier (HTML)',
  'keys.unlockSummary': 'ouvre un poste verrouillé, avec un mot de passe ou les douze mots de secours',
  'keys.wordsFileFlag': 'fichier qui contient les douze mots de secours',
  'keys.openingSummary': 'qui ouvre le poste après une coupure de courant : le personnel, ou le poste lui-même',
  'keys.openingDescription':
    '« staff » : un voleur du disque ne lit rien, mais quelqu’un doit ouvrir le poste après chaque coupure. « unattended » : le poste s’ouvre seul, et qui emporte la machine lit tout. Le choix est noté dans le journal d’audit.',
  'keys.byFlag': 'staff : une personne ; unattended : le poste lui-même',
  'keys.opens': 'Après une coupure',
  'keys.staff': 'une personne ouvre le poste',
  'keys.unattended': 'le poste s’ouvre seul (fichier de clé) : qui emporte la machine lit tout',
  'keys.since': 'Clé de la base depuis',
  'keys.cipher': 'Chiffrement',
  'keys.unlockers': 'Ce qui ouvre la base',
  'keys.kind': 'Moyen',
  'keys.login': 'De qui',
  'keys.added': 'Depuis',
  'keys.kind.key-file': 'fichier de clé',
  'keys.kind.password': 'mot de passe',
  'keys.kind.passkey': 'clé d’accès',
  'keys.kind.recovery': 'mots de secours',
  'keys.kind.hub': 'le hub, après accord de son responsable',
  'keys.forged': 'Un autre programme a changé le trousseau : regardez qui ouvre la base avant d’aller plus loin.',
  'keys.rotating': 'Nouvelle clé pour la base…',
  'keys.rotated': 'La base a une nouvelle clé ({milliseconds} ms)',
  'keys.escrowDone': 'Nouveaux mots de secours. Ils ne seront plus montrés :',
  'keys.escrowPage': 'Page à imprimer : {path} (effacez le fichier ensuite)',
  'keys.unlocking': 'Ouverture…',
  'keys.unlocked': 'Le poste est ouvert',
  'keys.openingDone': 'C’est noté.',
  'keys.locked': 'verrouillé',
  'init.unlockFlag': 'qui ouvre le poste après une coupure de courant : unattended (lui-même) ou staff (une personne)',
  'init.askUnlock':
    'Après une coupure, le poste s’ouvre-t-il seul ? oui : pratique la nuit, mais qui emporte la machine lit tout ; non : une personne l’ouvre :',
  'init.recovery':
    'Mots de secours, à recopier maintenant et à garder sous enveloppe scellée (ils ne seront plus montrés) :',
  'init.unattended':
    'Ce poste s’ouvre seul après une coupure : qui emporte la machine lit tout. « haggui keys opening --by staff » change cela.',
  'init.openedBy': 'Ouvrent le poste : {logins}',
} as const;
