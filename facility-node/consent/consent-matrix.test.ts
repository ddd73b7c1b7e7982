import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipient } from '@santehaggui/protocols/consents/consent-decision.ts';
import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { condition } from '@santehaggui/protocols/records/condition.ts';
import { CONSENT_CLASSES, consent } from '@santehaggui/protocols/records/consent.ts';
import { encounter } from '@santehaggui/protocols/records/encounter.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import type { FieldValue } from '@santehaggui/protocols/records/record-type.ts';
import { referral } from '@santehaggui/protocols/records/referral.ts';
import { describe, expect, it } from 'vitest';
import { AuditService } from '../audit/audit-service.ts';
import { createInterchange, type Interchange } from '../interchange/interchange.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { ConsentGate } from './consent-gate.ts';
import { WAYS_OUT, type WayOut } from './ways-out.ts';

const NODE_FOLDER = join(import.meta.dirname, '..');
/** What sends, streams or writes something outside: whoever adds one adds a way out. */
const LEAVES =
  /\bwriteStickFile\(|\brequest as \w+|\bmessenger\.send\(|\bfetch\(|\bresponse\.write\(|\brequest\(\{|https?\.request\(|new WebSocket\(|\bsocketClient|createWriteStream\(|writeFileSync?\(|\bwriteSync\(/;
/** Files that write on this machine for this machine: the identity, and notes that are sealed before they are written. */
const STAYS = ['setup/initialise-node.ts', 'store/sealed-notes.ts'];

type Case = { readonly recipient: Recipient; readonly purpose: string; readonly country?: string };

const CSREF = { kind: 'facility', id: '11111111-1111-8111-8111-111111111111', isInDistrict: true } as const;
const PASTEUR = { kind: 'organisation', name: 'Institut Pasteur' } as const;
const INPS = { kind: 'organisation', name: 'INPS' } as const;

/** To whom data could go. */
const DESTINATIONS: Readonly<Record<string, Case>> = {
  'a facility, for care': { recipient: CSREF, purpose: 'TREAT' },
  'an insurer': { recipient: INPS, purpose: 'HPAYMT' },
  'research here': { recipient: PASTEUR, purpose: 'HRESCH' },
  'research in France': { recipient: PASTEUR, purpose: 'HRESCH', country: 'FR' },
  'research in Senegal': { recipient: PASTEUR, purpose: 'HRESCH', country: 'SN' },
};

const permit = { status: 'active', decision: 'permit', classes: ['Condition'], capture: 'signed' };
const toCsref = { ...permit, purpose: 'TREAT', recipient: CSREF.id };
const toPasteur = { ...permit, purpose: 'HRESCH', recipientName: 'Institut Pasteur' };

/** What a patient may have said, and the destinations that may then have a diagnosis. */
const SAID: Readonly<Record<string, { readonly consents: readonly NamedFields[]; readonly opens: readonly string[] }>> =
  {
    nothing: { consents: [], opens: [] },
    'a facility, for care': { consents: [toCsref], opens: ['a facility, for care'] },
    'a facility, withdrawn': { consents: [{ ...toCsref, status: 'withdrawn' }], opens: [] },
    'a facility, run out': { consents: [{ ...toCsref, until: '2020' }], opens: [] },
    'a facility, not yet': { consents: [{ ...toCsref, from: '2999' }], opens: [] },
    'another class': { consents: [{ ...toCsref, classes: ['Encounter'] }], opens: [] },
    'the insurer': { consents: [{ ...permit, purpose: 'HPAYMT', recipientName: 'INPS' }], opens: ['an insurer'] },
    'research, at home': { consents: [toPasteur], opens: ['research here'] },
    'research, in France': { consents: [{ ...toPasteur, country: 'FR' }], opens: ['research in France'] },
    'research, but denied to all': {
      consents: [
        toPasteur,
        { status: 'active', decision: 'deny', purpose: 'HRESCH', classes: ['Condition'], capture: 'signed' },
      ],
      opens: [],
    },
    'a mother’s word for a grown child': {
      consents: [{ ...toCsref, guardian: 'Awa', guardianRelation: 'MTH' }],
      opens: [],
    },
    everything: {
      consents: [
        toCsref,
        { ...permit, purpose: 'HPAYMT', recipientName: 'INPS' },
        toPasteur,
        { ...toPasteur, country: 'FR' },
        { ...toPasteur, country: 'SN' },
      ],
      opens: Object.keys(DESTINATIONS),
    },
  };

type Clinic = {
  readonly node: TestStore;
  readonly audit: AuditService;
  readonly interchange: Interchange;
  readonly ill: string;
};

async function clinicWhere(consents: readonly NamedFields[]): Promise<Clinic> {
  const node = await openTestStore();
  const { store, clock, log, directory, ring } = node;
  const audit = new AuditService({ db: store.db, clock });
  const ill = store.transact({ author: null, role: 'nurse' }, (tx) => {
    const id = tx.create(patient, { familyName: 'CANARI', givenName: 'Yassa', birthDate: '1990' });
    const other = tx.create(patient, { familyName: 'TEMOIN', givenName: 'Sira' });
    for (const whose of [id, other]) {
      const visit = tx.create(encounter, { patient: whose, start: clock.now() });
      tx.create(condition, { patient: whose, encounter: visit, code: 'B54' });
      tx.create(referral, { patient: whose, urgency: 'reference', status: 'created', reason: 'CANARI-MOTIF' });
    }
    for (const fields of consents)
      tx.create(consent, { ...(fields as Readonly<Record<string, FieldValue>>), patient: id });
    return id;
  });
  return { node, audit, ill, interchange: createInterchange({ store, audit, clock, log: log.log, directory, ring }) };
}

/** How each way out is tried: what of the ill patient gets out, by class. A way that is missing here fails the test below. */
const TRIES: Readonly<
  Record<WayOut, ((clinic: Clinic, to: Case) => Promise<readonly string[]>) | 'tried by the hub’s tests' | 'own'>
> = {
  'records-export': async ({ interchange, ill }, to) => {
    const lines: string[] = [];
    const pieces = interchange.exportRecords({ format: 'ndjson', caller: { kind: 'daemon' }, to });
    for await (const piece of pieces) lines.push(piece);
    const records = lines.map((line) => JSON.parse(line) as { type: string; id: string; patient?: string });
    expect(records.filter(({ type }) => type === 'referral' || type === 'consent')).toEqual([]);
    expect(lines.join('')).not.toContain('TEMOIN');
    const ofIll = records.filter(({ id, patient: whose }) => id === ill || whose === ill);
    return ofIll.map(({ type }) => type);
  },
  'own-copy': 'own',
  backup: 'own',
  'patient-sms': 'own',
  'staff-sms': 'own',
  exchange: 'tried by the hub’s tests',
};

describe('every way out of a facility', () => {
  it('is named in the table, with all files through which something leaves', () => {
    const files = readdirSync(NODE_FOLDER, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('.test.') && !name.includes('testing/'))
      .filter((name) => !name.includes('node_modules'));
    const leaving = files.filter((name) => LEAVES.test(readFileSync(join(NODE_FOLDER, name), 'utf8')));
    const named = new Set<string>([...Object.values(WAYS_OUT).flatMap(({ files: of }) => [...of]), ...STAYS]);
    expect(leaving.filter((name) => !named.has(name))).toEqual([]);
    expect([...named].filter((name) => !leaving.includes(name))).toEqual([]);
  });

  it('is one of the ways that are tried', () => {
    expect(Object.keys(TRIES).sort()).toEqual(Object.keys(WAYS_OUT).sort());
    for (const [name, { asks }] of Object.entries(WAYS_OUT))
      expect([name, typeof TRIES[name as WayOut] === 'function']).toEqual([name, asks === 'consent']);
  });
});

describe.each(Object.entries(SAID))('where a patient has said: %s', (_said, { consents, opens }) => {
  it.each(Object.entries(DESTINATIONS))('what goes to %s is what was let go, and noted', async (destination, to) => {
    const clinic = await clinicWhere(consents);
    await using _node = clinic.node;
    const isOpen = opens.includes(destination);
    for (const [via, attempt] of Object.entries(TRIES)) {
      if (typeof attempt !== 'function') continue;
      const classes = consents.some(({ classes: of }) => Array.isArray(of) && of.includes('Condition'))
        ? ['condition']
        : [];
      const gone = await attempt(clinic, to);
      const isEncounterOpen = destination === 'a facility, for care' && _said === 'another class';
      expect([via, gone]).toEqual([
        via,
        isOpen ? ['patient', ...classes] : isEncounterOpen ? ['patient', 'encounter'] : [],
      ]);
      const noted = clinic.audit.eventsAfter(0, 100).filter(({ patientId }) => patientId === clinic.ill);
      const events = noted.map(({ decision, detail }) => `${decision} ${detail?.event}`);
      expect(events.includes('permit PrivacyDisclosure')).toBe(gone.length > 0);
      expect(events).toContain('deny AuthZconsent');
    }
    const gate = new ConsentGate({ store: clinic.node.store, audit: clinic.audit, clock: clinic.node.clock });
    const verdict = gate.judge(clinic.ill, to, CONSENT_CLASSES);
    expect(verdict.allowed.has('Condition')).toBe(isOpen);
  });
});

describe('what one person said under one of two records', () => {
  it('counts for the other, whichever was replaced, and a denial prevails', async () => {
    await using node = await openTestStore();
    const { store, clock } = node;
    const gate = new ConsentGate({ store, audit: new AuditService({ db: store.db, clock }), clock });
    const to = { recipient: CSREF, purpose: 'TREAT' };
    const asNurse = { author: null, role: 'nurse' } as const;
    const persons = store.transact(asNurse, (tx) => {
      const both = [1, 2].map(() => tx.create(patient, { familyName: 'CANARI', givenName: 'Yassa' }));
      for (const whose of both) tx.create(consent, { ...toCsref, patient: whose, classes: ['Condition'] });
      tx.create(consent, { ...toCsref, decision: 'deny', patient: both[0] as string, classes: ['Condition'] });
      return both as [string, string];
    });
    const isOpen = () => persons.map((id) => gate.judge(id, to).allowed.has('Condition'));
    expect(isOpen()).toEqual([false, true]);
    for (const [from, into] of [persons, persons.toReversed() as [string, string]]) {
      store.transact(asNurse, (tx) => tx.patch(from, { replacedBy: into }));
      expect(isOpen()).toEqual([false, false]);
      store.transact(asNurse, (tx) => tx.patch(from, { replacedBy: null }));
      expect(isOpen()).toEqual([false, true]);
    }
  });
});
