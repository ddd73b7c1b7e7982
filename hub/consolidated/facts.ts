import { sha256 } from '@santehaggui/protocols/crypto/hash.ts';
import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { isUnderFive } from '@santehaggui/protocols/surveillance/age-band.ts';
import { epiWeekOf } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { diseasesOf } from '@santehaggui/protocols/surveillance/notifiable-diseases.ts';

/** A record of a facility's register, its fields by name. */
export type NamedRecord = { readonly id: string; readonly fields: NamedFields };

/** One line of the fact table. `disease` is '' for an encounter. */
export type Fact = {
  readonly source: Uint8Array;
  readonly disease: string;
  readonly epiWeek: string;
  readonly ageBand: 'under-5' | '5-and-over';
  readonly sex: string;
  readonly isDeath: boolean;
};

/** What facts are drawn from: some encounters, all conditions of each, conditions outside any, and the patients of both. */
export type FactInput = {
  readonly encounters: readonly NamedRecord[];
  readonly conditions: readonly NamedRecord[];
  readonly patients: ReadonlyMap<string, NamedFields>;
};

/** What stands for a record in the fact table: nobody finds the record by it. */
export function factSource(recordId: string): Uint8Array {
  return sha256('SH1-fact', recordId).slice(0, 16);
}

/**
 * The facts of a facility's registers, without an identity: one for each encounter that took place, and one for each
 * notifiable disease in it, however many codes name it. A condition noted outside any encounter counts once a week and
 * patient. This is how the facility's own weekly report counts.
 */
export function drawFacts({ encounters, conditions, patients }: FactInput): readonly Fact[] {
  const known = new Map(encounters.map((encounter) => [encounter.id, encounter]));
  const facts: Fact[] = [];
  for (const { id, fields } of encounters.filter(hasHappened)) {
    const patient = patients.get(text(fields.patient) ?? '');
    facts.push(
      factOf({ source: id, disease: '', at: fields.start as number, patient, isDeath: fields.outcome === 'died' }),
    );
  }
  const counted = conditions.filter(isCounted).sort((a, b) => (a.id < b.id ? -1 : 1));
  const alone = new Set<string>();
  for (const { id, fields } of counted) {
    const patientId = text(fields.patient) ?? '';
    const encounter = known.get(text(fields.encounter) ?? '');
    if (encounter !== undefined && !hasHappened(encounter)) continue;
    const at = (encounter === undefined ? fields.recordedAt : encounter.fields.start) as number | undefined;
    if (at === undefined) continue;
    for (const disease of diseasesOf(text(fields.code) ?? '')) {
      const once = encounter === undefined ? `${patientId} ${epiWeekOf(at)} ${disease}` : `${encounter.id} ${disease}`;
      if (alone.has(once)) continue;
      alone.add(once);
      const isDeath = encounter?.fields.outcome === 'died';
      facts.push(factOf({ source: encounter?.id ?? id, disease, at, patient: patients.get(patientId), isDeath }));
    }
  }
  return facts;
}

function hasHappened({ fields }: NamedRecord): boolean {
  return typeof fields.start === 'number' && fields.status !== 'entered-in-error' && fields.status !== 'cancelled';
}

function isCounted({ fields }: NamedRecord): boolean {
  return fields.verification !== 'refuted' && fields.verification !== 'entered-in-error';
}

function factOf(input: {
  readonly source: string;
  readonly disease: string;
  readonly at: number;
  readonly patient: NamedFields | undefined;
  readonly isDeath: boolean;
}): Fact {
  const { source, disease, at, patient, isDeath } = input;
  return {
    source: factSource(source),
    disease,
    epiWeek: epiWeekOf(at),
    ageBand: isUnderFive(text(patient?.birthDate) ?? null, at) ? 'under-5' : '5-and-over',
    sex: text(patient?.sex) ?? 'unknown',
    isDeath,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
