import type { WeeklyReportRow } from '@santehaggui/protocols/api/lan-api.ts';
import { isUnderFive } from '@santehaggui/protocols/surveillance/age-band.ts';
import { diseasesOf, NOTIFIABLE_DISEASES } from '@santehaggui/protocols/surveillance/notifiable-diseases.ts';

/** A diagnosis of the registers in the week that is counted. */
export type CountedCondition = {
  readonly patientId: string;
  /** Null when it was noted outside a consultation. */
  readonly encounterId: string | null;
  readonly icd10: string;
  readonly birthDate: string | null;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly hasDied: boolean;
};

type Case = { readonly isUnderFive: boolean; readonly hasDied: boolean };

/**
 * One row for each notifiable disease, in the order of the printed report, zero included: cases and, among them, deaths by
 * age band. A case is one patient with one disease in one consultation, however many codes name it.
 */
export function countWeek(conditions: readonly CountedCondition[]): readonly WeeklyReportRow[] {
  const cases = new Map<string, Map<string, Case>>();
  for (const { patientId, encounterId, icd10, birthDate, at, hasDied } of conditions) {
    for (const disease of diseasesOf(icd10)) {
      const ofDisease = cases.get(disease) ?? new Map<string, Case>();
      ofDisease.set(`${patientId} ${encounterId ?? ''}`, { isUnderFive: isUnderFive(birthDate, at), hasDied });
      cases.set(disease, ofDisease);
    }
  }
  return NOTIFIABLE_DISEASES.map(({ key, fr }) => {
    const ofDisease = [...(cases.get(key)?.values() ?? [])];
    const young = ofDisease.filter((one) => one.isUnderFive);
    const old = ofDisease.filter((one) => !one.isUnderFive);
    return {
      disease: key,
      label: fr,
      casesUnder5: young.length,
      cases5AndOver: old.length,
      deathsUnder5: young.filter((one) => one.hasDied).length,
      deaths5AndOver: old.filter((one) => one.hasDied).length,
    };
  });
}
