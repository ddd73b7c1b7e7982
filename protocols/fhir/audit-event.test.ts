import { describe, expect, it } from 'vitest';
import type { AuditLine } from '../api/audit-api.ts';
import { auditEventResource } from './audit-event.ts';

const PATIENT = 'a0000000-0000-8000-8000-000000000001';
const RECORD = 'a0000000-0000-8000-8000-000000000002';
const CONSENT = 'a0000000-0000-8000-8000-000000000003';

const LINE: AuditLine = {
  ...{ number: 7, at: '2026-11-27T10:00:00.000Z', login: 'awa', practitionerId: null, role: 'nurse' },
  ...{ action: 'read', recordType: 'condition', recordId: RECORD, patientId: PATIENT, purpose: 'TREAT' },
  ...{ requestId: 'r-1', sourceAddress: '192.168.1.20', decision: 'permit', detail: { why: 'x' } },
} as AuditLine;

type Coded = { readonly coding: readonly { readonly code: string }[] };
type Told = {
  readonly meta?: { readonly profile: readonly string[] };
  readonly type: { readonly code: string };
  readonly subtype: readonly { readonly code: string }[];
  readonly action: string;
  readonly agent: readonly {
    readonly type: Coded;
    readonly who: object;
    readonly requestor: boolean;
    readonly network?: object;
  }[];
  readonly source: { readonly observer: object };
  readonly entity: readonly {
    readonly type: { readonly code: string };
    readonly role?: { readonly code: string };
    readonly what?: { readonly reference?: string };
    readonly query?: string;
    readonly detail?: readonly object[];
  }[];
};

const told = (more: Partial<AuditLine>): Told =>
  auditEventResource({ ...LINE, ...more } as AuditLine, 'cscom_sangha') as unknown as Told;
const profileOf = ({ meta }: Told) => meta?.profile[0]?.replace(/^.*IHE\.BasicAudit\./, '');
const agentsOf = ({ agent }: Told) => agent.map(({ type }) => type.coding[0]?.code);
const entitiesOf = ({ entity }: Told) => entity.map(({ type, role }) => `${type.code}/${role?.code ?? ''}`);

/** As IHE ITI BALP 1.1 asks of each pattern: interaction, action, and the roles of client, server and user. */
const REST = [
  ['read', 'Read', 'R', ['110152', '110153', 'IRCP']],
  ['create', 'Create', 'C', ['110153', '110152', 'AUT']],
  ['update', 'Update', 'U', ['110153', '110152', 'AUT']],
  ['delete', 'Delete', 'D', ['110150', 'custodian', 'AUT']],
  ['search', 'Query', 'E', ['110153', '110152', 'IRCP']],
] as const;

describe('an entry of the trail as IHE BALP has it', () => {
  it.each(REST)('of %s has the agents and the entities that its profile asks for', (action, profile, code, agents) => {
    for (const patientId of [PATIENT, null]) {
      const event = told({ action, patientId });
      expect(profileOf(event)).toBe(`${patientId === null ? '' : 'Patient'}${profile}`);
      expect([event.type.code, event.subtype[0]?.code, event.action]).toEqual(['rest', action, code]);
      expect(agentsOf(event)).toEqual(agents);
      const [client, server, user] = event.agent;
      expect([client?.network, server?.network]).toEqual([
        { address: '192.168.1.20', type: '2' },
        { address: 'cscom_sangha', type: '1' },
      ]);
      expect(user).toMatchObject({ requestor: true, who: { identifier: { value: 'awa' } } });
      expect(user).not.toHaveProperty('network');
      const object = action === 'search' ? '2/24' : '2/4';
      expect(entitiesOf(event).filter((one) => one === '1/1')).toHaveLength(patientId === null ? 0 : 1);
      expect(entitiesOf(event).filter((one) => one.startsWith('2/'))).toEqual([object]);
    }
  });

  it('names the record that was read, a patient’s own too, and keeps what else is known apart from it', () => {
    const { entity } = told({ recordType: 'patient', recordId: PATIENT });
    const object = entity.find(({ type }) => type.code === '2');
    expect(object?.what).toEqual({ reference: `Patient/${PATIENT}` });
    expect(object).not.toHaveProperty('detail');
    expect(entity.find(({ detail }) => detail !== undefined)?.type.code).toBe('4');
    const search = told({ action: 'search', recordId: null }).entity.find(({ query }) => query !== undefined);
    expect(search).not.toHaveProperty('what');
    expect(Buffer.from(String(search?.query), 'base64').toString()).toBe('{"why":"x"}');
  });

  it('has two agents and no person where nobody has signed in, and no profile where it was refused', () => {
    expect(agentsOf(told({ login: null, role: 'system', sourceAddress: null }))).toEqual(['110152', '110153']);
    expect(profileOf(told({ decision: 'deny' }))).toBeUndefined();
    expect(profileOf(told({ action: 'sign-in', recordType: 'session' }))).toBeUndefined();
  });

  it('of what left for others tells the facility as its source, to whom, and by which consents', () => {
    const to = { facility: RECORD };
    const detail = { event: 'PrivacyDisclosure', via: 'records-export', to, consents: [CONSENT] };
    const event = told({ action: 'export', recordType: 'patient', recordId: PATIENT, detail });
    expect(profileOf(event)).toBe('PrivacyDisclosure.Source');
    expect([event.type.code, event.subtype[0]?.code, event.action]).toEqual(['110106', 'disclose', 'R']);
    expect(agentsOf(event)).toEqual(['110153', '110152', 'IRCP']);
    const [source, recipient] = event.agent;
    expect(source?.who).toEqual(event.source.observer);
    expect(recipient?.who).toEqual({ reference: `Organization/${RECORD}` });
    expect([source?.network, recipient?.network].every((network) => network !== undefined)).toBe(true);
    expect(event.entity.map(({ what }) => what?.reference)).toEqual(
      expect.arrayContaining([`Patient/${PATIENT}`, `Consent/${CONSENT}`]),
    );
  });

  it('of what the hub gave is the same: from where, to where', () => {
    const detail = { from: 'cscom_sangha', to: 'csref_djenne', because: 'consent', records: { condition: 1 } };
    const event = told({
      action: 'export',
      recordType: 'patient',
      recordId: PATIENT,
      login: null,
      role: 'system',
      detail,
    });
    expect([profileOf(event), agentsOf(event)]).toEqual(['PrivacyDisclosure.Source', ['110153', '110152']]);
    expect(event.agent[1]?.who).toEqual({ display: 'csref_djenne' });
  });

  it('of what a consent kept back tells who decided and by which consent, and nothing else', () => {
    const detail = { event: 'AuthZconsent', consents: [CONSENT] };
    const refused = { action: 'export', recordType: 'patient', recordId: PATIENT, decision: 'deny' } as const;
    const event = told({ ...refused, detail });
    expect(profileOf(event)).toBe('AuthZconsent');
    expect([event.type.code, event.subtype[0]?.code, event.action]).toEqual(['110113', 'AuthZ-Consent', 'E']);
    expect(agentsOf(event)).toEqual(['110150', 'IRCP', 'PROV', 'authserver']);
    expect(event.agent.at(-1)?.who).toEqual(event.source.observer);
    expect(event.entity.map(({ what }) => what?.reference)).toEqual([`Patient/${PATIENT}`, `Consent/${CONSENT}`]);
    // Where no consent is there at all, the pattern has nothing to name.
    expect(profileOf(told({ ...refused, detail: { ...detail, consents: [] } }))).toBeUndefined();
  });
});
