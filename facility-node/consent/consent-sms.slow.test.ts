import { consent } from '@santehaggui/protocols/records/consent.ts';
import { facility } from '@santehaggui/protocols/records/facility.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { consentBySms, PHONE } from './testing/consent-by-sms.ts';

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
    const { ask, audit } = consentBySms(node);
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
    const { ask, audit } = consentBySms(node);
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
    const { ask, messenger } = consentBySms(node);
    registered(node);
    for (const text of ['STOP', 'AIDE', 'RDV', 'SH1.AgAAAAAA', 'je PARTAGE', 'PARTAGE a b'])
      expect(await ask(text)).toBeUndefined();
    for (let time = 0; time < 7; time++) await ask('PARTAGE');
    expect(messenger.sent).toHaveLength(5);
    node.clock.setNow(node.clock.now() + 24 * 3600_000);
    expect(await ask('PARTAGE')).toBeDefined();
  });
});

describe('HISTORIQUE', () => {
  it('tells all that was accepted, refused and taken back, the newest first, in one message, and leaves a trace', async () => {
    await using node = await openTestStore();
    const { ask, audit } = consentBySms(node);
    const id = registered(node);
    expect(await ask('HISTORIQUE')).toBe("CSCOM de Sangha: vous n'avez rien accepté ni refusé à ce jour.");
    const [march, april] = [Date.UTC(2026, 2, 12), Date.UTC(2026, 3, 15)];
    consented(node, id, { givenAt: march, status: 'withdrawn', withdrawnAt: april });
    consented(node, id, { givenAt: april, decision: 'deny', recipient: null });
    expect(await ask('historique')).toBe(
      'CSCOM de Sangha: 15/04/2026 refus tous; 12/03/2026 accord CSRéf de Djenné (retiré 15/04/2026)',
    );
    for (let more = 0; more < 5; more++) consented(node, id, { givenAt: april });
    const many = await ask('HISTORIQUE');
    expect(many?.length).toBeLessThanOrEqual(160);
    expect(many).toMatch(/^CSCOM de Sangha: 15\/04\/2026 accord .* et \d autres$/);
    expect(audit.eventsAfter(0, 10)).toHaveLength(3);
  });

  it('is as careful as PARTAGE, and counts with it', async () => {
    await using node = await openTestStore();
    const { ask, messenger } = consentBySms(node);
    const mother = registered(node);
    registered(node, { givenName: 'Amaga', number: 'SAN-2-B' });
    consented(node, mother, { givenAt: Date.UTC(2026, 2, 12) });
    expect(await ask('HISTORIQUE')).toContain('Envoyez HISTORIQUE et le numéro du carnet');
    expect(await ask('HISTORIQUE SAN-2-B')).toContain('rien accepté');
    expect(await ask('HISTORIQUE SAN-1-A')).toContain('12/03/2026 accord');
    expect(await ask('HISTORIQUE SAN-1-A', '+22366000000')).toContain("n'est dans aucun dossier");
    for (const text of ['PARTAGE SAN-1-A', 'PARTAGE SAN-1-A', 'HISTORIQUE SAN-1-A']) await ask(text);
    expect(messenger.sent).toHaveLength(6);
  });
});
