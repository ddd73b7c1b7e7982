import { consent } from '@santehaggui/protocols/records/consent.ts';
import { facility } from '@santehaggui/protocols/records/facility.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { recordingMessenger } from '@santehaggui/runtime/testing/recording-messenger.ts';
import { describe, expect, it } from 'vitest';
import { createAccess } from '../access/create-access.ts';
import { AuditService } from '../audit/audit-service.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { ConsentHistoryService } from './consent-history-service.ts';
import { ConsentSmsService } from './consent-sms-service.ts';

const PHONE = '+22376123456';
const OWN = { code: 'cscom_sangha', name: 'CSCOM de Sangha', recordId: () => null };

function listening(node: TestStore) {
  const messenger = recordingMessenger();
  const { store, clock, log } = node;
  const audit = new AuditService({ db: store.db, clock });
  const access = createAccess({ store, audit, clock, facility: OWN });
  const history = new ConsentHistoryService({ store, audit, access, clock, facility: OWN });
  const service = new ConsentSmsService({
    ...{ store, history, audit, messenger, clock },
    facility: OWN,
    log: log.log,
  });
  const ask = async (text: string, from = PHONE): Promise<string | undefined> => {
    const before = messenger.sent.length;
    await service.answer({ from, payload: { kind: 'text', text } });
    return messenger.sent[before]?.text;
  };
  return { ask, audit, messenger };
}

const registered = (node: TestStore, more: object = {}): string =>
  node.store.transact({ author: null, role: 'nurse' }, (tx) =>
    tx.create(patient, { familyName: 'Dolo', givenName: 'Yassa', phone: PHONE, number: 'SAN-1-A', ...more }),
  );

function consented(node: TestStore, patientId: string, more: object = {}): void {
  node.store.transact({ author: null, role: 'nurse' }, (tx) => {
    const recipient = tx.create(facility, { code: 'csref_djenne', name: 'CSRéf de Djenné' });
    const terms = { patient: patientId, status: 'active', purpose: 'TREAT', classes: ['Condition'], capture: 'spoken' };
    tx.create(consent, { ...terms, recipient, ...more });
  });
}

describe('PARTAGE', () => {
  it('tells the phone of a record who may see it, in one message, and leaves a trace', async () => {
    await using node = await openTestStore();
    const { ask, audit } = listening(node);
    const id = registered(node);
    expect(await ask('PARTAGE')).toBe("CSCOM de Sangha: vous n'avez donné d'accord à personne hors de ce centre.");
    consented(node, id, { until: '2030-12-31' });
    consented(node, id, { status: 'withdrawn', classes: ['Immunization'] });
    consented(node, id, { decision: 'deny', classes: ['Immunization'] });
    expect(await ask(' partage. ')).toBe(
      "CSCOM de Sangha: Voient votre dossier: CSRéf de Djenné (diagnostics, jusqu'au 31/12/2030). Pour retirer: venez au centre.",
    );
    expect(audit.eventsAfter(0, 10).map(({ patientId, detail }) => [patientId, detail?.event])).toEqual([
      [id, 'PrivacyDisclosure'],
      [id, 'PrivacyDisclosure'],
    ]);
  });

  it('tells nobody of another’s record: a shared phone has to name the carnet, a stranger learns nothing', async () => {
    await using node = await openTestStore();
    const { ask, audit } = listening(node);
    const mother = registered(node);
    registered(node, { givenName: 'Amaga', number: 'SAN-2-B' });
    consented(node, mother);
    expect(await ask('PARTAGE')).toContain('Envoyez PARTAGE et le numéro du carnet');
    expect(await ask('PARTAGE SAN1A')).toContain('CSRéf de Djenné');
    expect(await ask('PARTAGE SAN-2-B')).toContain('personne');
    expect(await ask('PARTAGE SAN-3-C')).toContain('Envoyez PARTAGE et le numéro');
    const stranger = '+22366000000';
    expect(await ask('PARTAGE SAN-1-A', stranger)).toContain("n'est dans aucun dossier");
    expect(await ask('PARTAGE SAN-1-A', stranger)).toBeUndefined();
    expect(audit.eventsAfter(0, 10)).toHaveLength(2);
  });

  it('leaves every other text to others, and answers a number five times a day', async () => {
    await using node = await openTestStore();
    const { ask, messenger } = listening(node);
    registered(node);
    for (const text of ['STOP', 'AIDE', 'RDV', 'SH1.AgAAAAAA', 'je PARTAGE', 'PARTAGE a b'])
      expect(await ask(text)).toBeUndefined();
    for (let time = 0; time < 7; time++) await ask('PARTAGE');
    expect(messenger.sent).toHaveLength(5);
    node.clock.setNow(node.clock.now() + 24 * 3600_000);
    expect(await ask('PARTAGE')).toBeDefined();
  });
});
