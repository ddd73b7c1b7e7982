/** The sentences of tablets, phones and checks, in French. */
export const frDevices = {
  'device.addSummary': 'invite une tablette ou un téléphone : un code QR à scanner',
  'device.addDescription':
    'Le code sert une fois, pendant un quart d’heure, sur le Wi-Fi du poste. La page qu’il ouvre aide à installer le certificat, vérifie qu’il est reconnu et donne un nom à l’appareil.',
  'device.listSummary': 'les tablettes et téléphones enrôlés',
  'device.revokeSummary': 'retire un appareil : ses sessions se terminent aussitôt',
  'device.revokeDescription':
    'À faire sans attendre pour un appareil perdu ou volé. Il faudra l’enrôler de nouveau s’il revient.',
  'device.revokeDevice': 'nom ou numéro de l’appareil, comme dans la liste',
  'device.authoritySummary': 'le certificat par lequel les appareils reconnaissent ce poste',
  'device.authorityDescription':
    'Montre son empreinte, les noms et adresses pour lesquels il vaut. --replace en fait un autre : tous les appareils sont alors à enrôler de nouveau.',
  'device.replaceFlag': 'en faire un autre (clé compromise, poste renommé)',
  'device.scan': 'Sur le Wi-Fi du poste, scannez ce code avec l’appareil :',
  'device.otherwise': 'Si cette adresse ne s’ouvre pas :',
  'device.until': 'Le code sert une fois, jusqu’au {instant}.',
  'device.compare': 'L’empreinte SHA-256 du certificat, à comparer sur l’appareil :',
  'device.name': 'Nom',
  'device.seen': 'Vu',
  'device.address': 'Adresse',
  'device.state': 'État',
  'device.id': 'Numéro',
  'device.inUse': 'en service',
  'device.revoked': 'retiré',
  'device.none': 'Aucun appareil n’est enrôlé. Pour en ajouter un : haggui device add',
  'device.done': '« {name} » est retiré ; ses sessions sont terminées',
  'device.replaced': 'Nouveau certificat : enrôlez de nouveau chaque appareil (haggui device add)',
  'device.standsFor': 'Vaut pour',
  'device.notAfter': 'Renouvelé avant le',
  'device.uncovered': 'Ne vaut pas pour',
  'device.fingerprint': 'Empreinte SHA-256 :',
  'doctor.summary': 'examine la machine et le service, et dit quoi faire (code 75 si quelque chose ne va pas)',
  'doctor.description':
    'Disque, horloge, base de données, clés, certificat, liaison, droits des fichiers, mémoire d’échange, mots de passe connus. Un service arrêté est examiné aussi.',
  'doctor.fine': 'Tout va bien',
  'doctor.attention': '{count} point(s) à surveiller',
  'doctor.wrong': '{count} point(s) à régler',
} as const;
