/** Sentences about what the hub keeps for itself. */
export const frHub = {
  'hubKeys.statusSummary': 'ce qui enveloppe les clés du hub, et combien il y en a',
  'hubKeys.rotateSummary': 'renouvelle la clé des clés du hub, ou celle d’un établissement',
  'hubKeys.rotateDescription':
    'Les clés des établissements sont enveloppées de nouveau aussitôt ; les documents ne bougent pas. Interrompu, rien n’est perdu : recommencez.',
  'hubKeys.facilityFlag': 'seulement la clé de cet établissement',
  'hubKeys.compromisedFlag':
    'une ancienne version est peut-être connue : les détruire toutes (les sauvegardes d’avant n’ouvrent plus leurs documents)',
  'hubKeys.kept': 'Clé des clés',
  'hubKeys.inVault': 'dans un coffre (Vault)',
  'hubKeys.inFile': 'fichier scellé par une clé gardée ailleurs',
  'hubKeys.onThisDisk': 'fichier scellé par une clé de ce même disque',
  'hubKeys.version': 'Version',
  'hubKeys.opening': 'Versions qui ouvrent',
  'hubKeys.openingSince': '{count}, la plus ancienne du {since}',
  'hubKeys.facilities': 'Clés d’établissements',
  'hubKeys.patients': 'Clés de patients',
  'hubKeys.destroyed': 'Clés détruites',
  'hubKeys.behind': '{count} établissement(s) sous une ancienne version : haggui hub keys rotate',
  'hubKeys.sealAdvice': 'Qui emporte ce disque ouvre ces clés : voyez kms.sealKey dans docs/operations/cles-du-hub.md.',
  'hubKeys.rotated': 'Version {version} ; {rewrapped} clé(s) d’établissement enveloppée(s) de nouveau',
  'hubKeys.facilityRotated': 'Clé {version} de {facility} ; {rewrapped} clé(s) de patient enveloppée(s) de nouveau',
  'hubKeys.forgotten': '{count} ancienne(s) version(s) détruite(s).',
} as const;
