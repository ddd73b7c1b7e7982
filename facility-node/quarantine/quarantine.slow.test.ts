import type { SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { describe, expect, it } from 'vitest';
import { createAccess } from '../access/create-access.ts';
import { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import { JournalStore } from '../store/journal-store.ts';
import { openTestStore } from '../store/testing/test-store.ts';
import { QuarantineService } from './quarantine-service.ts';

const nurse = { author: null, role: 'nurse' } as const;
const SAME: SyncVerification = { converged: true, digest: 'a', hubDigest: 'a', recordsCompared: 1, differences: [] };

function staff(role: Staff['role']): Staff {
  const practitionerId = 'b0000000-0000-8000-8000-000000000001';
  return {
    kind: 'staff',
    accountId: 1,
    login: role,
    practitionerId,
    role,
    sessionId: 's',
    address: null,
    requestId: null,
  };
}

/** A node whose search cannot take `village` nowhere while `isBroken`, and what it says about its comparison with the hub. */
async function openQuarantine() {
  const state = { isBroken: true, verification: SAME };
  const node = await openTestStore({
    node: 2,
    indexers: [
      {
        types: [patient],
        index: (_db, { fields }) => {
          if (state.isBroken && fields.village === 'nowhere') throw new Error('not indexable');
        },
      },
    ],
  });
  const { store, timekeeper, log, db, clock } = node;
  const journal = new JournalStore({ store, timekeeper, log: log.log });
  const audit = new AuditService({ db, clock });
  const facility = { code: 'cscom_sangha', name: 'CSCOM de Sangha', recordId: () => null };
  const access = createAccess({ store, audit, clock, facility });
  const quarantine = new QuarantineService({ store, journal, audit, access, verify: async () => state.verification });
  return { state, node, store, journal, audit, quarantine, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
}

describe('the quarantine', () => {
  it('tells the operator what could not be applied and why, and only staff what it says', async () => {
    await using source = await openTestStore({ node: 1 });
    await using target = await openQuarantine();
    const fields = { familyName: 'Traoré', givenName: 'Fanta', village: 'nowhere', birthDate: '1987~' };
    const id = source.store.transact(nurse, (tx) => tx.create(patient, fields));
    const sent = new JournalStore({ ...source, log: source.log.log }).journalAfter(0);
    const nonsense = { position: 3, encoded: { meta: Uint8Array.of(1, 2), fields: Uint8Array.of() } };
    expect(target.journal.applyFeed([...sent, nonsense]).quarantined).toBe(2);
    const { items } = target.quarantine.lines({ limit: 1 }, 'fr');
    const next = target.quarantine.lines(
      { limit: 1, cursor: target.quarantine.lines({ limit: 1 }, 'fr').nextCursor },
      'fr',
    );
    expect(items[0]).toMatchObject({ id: 'down-3', code: 'SH-X101', title: 'Envoi du hub illisible', change: null });
    expect(next.nextCursor).toBeUndefined();
    expect(next.items[0]).toMatchObject({
      id: 'down-2',
      code: 'SH-X102',
      change: { recordType: 'patient', recordId: id, isCreate: true, roleWords: 'infirmier' },
    });
    expect(next.items[0]?.change?.fields.map(({ label }) => label)).toContain('Village ou quartier');
    expect(JSON.stringify(target.quarantine.line('down-2', 'fr'))).not.toMatch(/Traoré|Fanta|nowhere|1987/);
    const shown = target.quarantine.show(staff('nurse'), 'down-2', 'fr');
    expect(shown.values).toContainEqual({
      field: 'birthDate',
      label: 'Date de naissance',
      value: '1987~',
      words: 'vers 1987',
    });
    expect(target.audit.eventsAfter(0, 10)).toMatchObject([{ action: 'read', recordId: id, decision: 'permit' }]);
    expect(() => target.quarantine.show(staff('it-officer'), 'down-2', 'fr')).toThrow(
      expect.objectContaining({ code: 'SH-A002' }),
    );
    expect(() => target.quarantine.line('down-9', 'fr')).toThrow(expect.objectContaining({ code: 'SH-N141' }));
    expect(() => target.quarantine.lines({ limit: 1, cursor: 'x' }, 'fr')).toThrow(
      expect.objectContaining({ code: 'SH-I130' }),
    );
  });

  it('applies what it can once the cause is gone, and keeps the rest', async () => {
    await using source = await openTestStore({ node: 1 });
    await using target = await openQuarantine();
    const id = source.store.transact(nurse, (tx) =>
      tx.create(patient, { familyName: 'Traoré', givenName: 'Fanta', village: 'nowhere' }),
    );
    const sent = new JournalStore({ ...source, log: source.log.log }).journalAfter(0);
    const nonsense = { position: 3, encoded: { meta: Uint8Array.of(1, 2), fields: Uint8Array.of() } };
    target.journal.applyFeed([...sent, nonsense]);
    expect(await target.quarantine.retry('fr')).toMatchObject({ tried: 2, solved: 0 });
    expect(target.store.record(id)).toBeUndefined();
    target.state.isBroken = false;
    expect(await target.quarantine.retry('fr')).toMatchObject({
      tried: 2,
      solved: 1,
      outcomes: [
        { id: 'down-2', result: 'solved' },
        { id: 'down-3', result: 'kept', code: 'SH-X101' },
      ],
    });
    expect(target.store.record(id)?.fields.village).toBe('nowhere');
    expect(target.journal.counts().quarantined).toBe(1);
  });

  it('frees what the hub had refused only when the comparison proves that it is there', async () => {
    await using target = await openQuarantine();
    const id = target.store.transact(nurse, (tx) => tx.create(patient, { familyName: 'Traoré', givenName: 'Fanta' }));
    target.journal.acknowledge({ upTo: 2, beyond: [] }, [{ position: 2, code: 'SH-X303' }]);
    expect(target.quarantine.line('up-2', 'en')).toMatchObject({
      title: 'Value that the field cannot hold',
      change: { recordId: id },
    });
    const differs = [{ recordType: 'patient', recordId: id, fields: [] }];
    target.state.verification = { ...SAME, converged: false, reason: 'not-connected' };
    expect((await target.quarantine.retry('fr')).outcomes).toMatchObject([
      { result: 'waits', reason: 'not-connected' },
    ]);
    target.state.verification = { ...SAME, converged: false, differences: differs };
    expect((await target.quarantine.retry('fr')).outcomes).toMatchObject([{ id: 'up-2', result: 'kept' }]);
    const many = Array.from({ length: 100 }, (_, n) => ({ recordType: 'patient', recordId: `other ${n}`, fields: [] }));
    target.state.verification = { ...SAME, converged: false, differences: many };
    expect((await target.quarantine.retry('fr')).outcomes).toMatchObject([{ result: 'waits' }]);
    target.state.verification = SAME;
    expect((await target.quarantine.retry('fr')).outcomes).toMatchObject([{ id: 'up-2', result: 'solved' }]);
    expect(target.journal.counts().quarantined).toBe(0);
  });

  it('words a code that only a newer hub knows', async () => {
    await using target = await openQuarantine();
    target.store.transact(nurse, (tx) => tx.create(patient, { familyName: 'Traoré', givenName: 'Fanta' }));
    target.journal.acknowledge({ upTo: 2, beyond: [] }, [{ position: 2, code: 'SH-X399' }]);
    expect(target.quarantine.line('up-2', 'fr').title).toBe('Refusé pour une raison que cette version ne connaît pas');
  });
});
