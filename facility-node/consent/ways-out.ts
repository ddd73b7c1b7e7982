/** How data of patients leave a facility, and what decides whether they may. */
export type WayOutRule = {
  /** `consent`: the gate, each time · `hub-routing`: the hub, by the same function · `own`: it stays the facility's, or the patient's. */
  readonly asks: 'consent' | 'hub-routing' | 'own';
  readonly says: string;
  /** The files through which it goes. A test finds every other one that sends, streams or writes. */
  readonly files: readonly string[];
};

/** Every way out. Whoever builds another one has to name it here, and the matrix of `consent-matrix.test.ts` then tries it. */
export const WAYS_OUT = {
  'records-export': {
    asks: 'consent',
    says: 'records as FHIR, NDJSON or CSV for a named recipient, purpose and country',
    files: ['admin/records-routes.ts'],
  },
  'own-copy': {
    asks: 'own',
    says: 'the same records, all of them, for the facility itself',
    files: ['admin/records-routes.ts'],
  },
  backup: {
    asks: 'own',
    says: 'an encrypted copy of the whole node, for the node itself: opened by its recovery words or its hub',
    files: ['backup/backup-worker.ts', 'backup/backup-content.ts'],
  },
  exchange: {
    asks: 'hub-routing',
    says: 'sealed frames to the district’s hub, which gives others what consents, referrals and emergencies allow',
    files: [
      'uplink/carriers/https/post-carrier.ts',
      'uplink/carriers/https/web-socket-carrier.ts',
      'uplink/carriers/sms/sms-service.ts',
      'uplink/carriers/usb/usb-service.ts',
      'uplink/enrolment-client.ts',
      'uplink/hub-request.ts',
    ],
  },
  'patient-sms': {
    asks: 'own',
    says: 'short messages to the patient’s own phone: codes, and who may see the record',
    files: ['consent/consent-code-service.ts', 'consent/consent-sms-service.ts'],
  },
  'staff-sms': {
    asks: 'own',
    says: 'codes to sign in with, and that somebody opened a record in an emergency, to the phones of staff: nothing of a patient',
    files: ['factors/phone-factor-service.ts', 'emergency-access/emergency-notice-service.ts'],
  },
} as const satisfies Readonly<Record<string, WayOutRule>>;

/** The name of a way out. */
export type WayOut = keyof typeof WAYS_OUT;
