import type { NamedFields } from '../records/catalogue.ts';
import type { FieldValue, RecordType } from '../records/record-type.ts';
import { currentLeaf, currentMembers } from './current-leaf.ts';
import type { FieldMapping } from './field-mapping.ts';
import { copyJson, type JsonObject } from './json.ts';
import { drop, elementTrail } from './path.ts';
import { kindOfRecord, type ResourceKind } from './resource-kinds.ts';
import { readSource, type Source } from './source-text.ts';
import { eraseLeaf, freeAlternative, writeLeaf, writeMembers } from './write-leaf.ts';

/** A record on its way out. `retracted`: fields that someone emptied, which what came in must not fill again. */
export type OutgoingRecord = {
  readonly id: string;
  readonly type: RecordType;
  readonly fields: NamedFields;
  readonly retracted?: readonly string[];
};

/** What the exporter knows of the records that others refer to. */
export type References = {
  /** Whether a reference that came in means this record. */
  readonly isNameOf: (reference: string, recordId: string) => boolean;
  /** How a reference to the record is written. */
  readonly nameOf: (recordId: string) => string;
};

/** One entry of a Bundle. */
export type FhirEntry = { readonly fullUrl: string; readonly resource: JsonObject };

/** What a record is called outside. */
export type FhirIdentity = { readonly resourceType: string; readonly id: string; readonly fullUrl: string };

/**
 * The FHIR R4 resource of a record. What came in from elsewhere goes out as it came, member for member: it is laid under,
 * and only fields that say something else than it are written over it, with whatever said the old value beside them.
 */
export function toFhir(record: OutgoingRecord, references: References): FhirEntry {
  const { id, type, fields, retracted = [] } = record;
  const source = readSource(fields.source);
  const kind = kindSaid(type, fields, source);
  const resource: JsonObject = {
    resourceType: kind.resourceType,
    ...(source?.resource ?? { id, ...copyJson(kind.minimum) }),
  };
  layFieldsOver(resource, { kind, fields, retracted, references });
  kind.derive?.(resource, fields);
  return { fullUrl: identityIn(record, source).fullUrl, resource };
}

/** What a record is called outside: as it came in, else by its own id. */
export function fhirIdentity(record: Pick<OutgoingRecord, 'id' | 'type' | 'fields'>): FhirIdentity {
  return identityIn(record, readSource(record.fields.source));
}

/** Writes over a resource, in place, what the fields say otherwise. */
export function layFieldsOver(
  resource: JsonObject,
  {
    kind,
    fields,
    retracted,
    references,
  }: {
    readonly kind: ResourceKind;
    readonly fields: NamedFields;
    readonly retracted: readonly string[];
    readonly references: References;
  },
): void {
  for (const mapping of kind.fields) {
    if (retracted.includes(mapping.name) && fields[mapping.name] === undefined) erase(resource, mapping);
  }
  for (const mapping of kind.fields) {
    const value = fields[mapping.name];
    if (value === undefined) continue;
    if (mapping.declaration.kind === 'set') writeSet(resource, mapping, value as readonly string[]);
    else write(resource, { mapping, value, fields, all: kind.fields, references });
  }
}

function identityIn(
  { id, type, fields }: Pick<OutgoingRecord, 'id' | 'type' | 'fields'>,
  source: Source | undefined,
): FhirIdentity {
  const foreignId = source?.resource.id;
  const { resourceType } = kindSaid(type, fields, source);
  const ownId = typeof foreignId === 'string' ? foreignId : id;
  const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(ownId);
  return { resourceType, id: ownId, fullUrl: source?.fullUrl ?? `urn:uuid:${isUuid ? ownId : id}` };
}

function kindSaid(type: RecordType, fields: NamedFields, source: Source | undefined): ResourceKind {
  const said = source?.resource.resourceType;
  return kindOfRecord(type, fields, typeof said === 'string' ? said : undefined);
}

type Writing = {
  readonly mapping: FieldMapping;
  readonly value: FieldValue;
  readonly fields: NamedFields;
  readonly all: readonly FieldMapping[];
  readonly references: References;
};

function write(resource: JsonObject, { mapping, value, fields, all, references }: Writing): void {
  const isReference = mapping.declaration.kind === 'ref';
  const current = currentLeaf(resource, mapping);
  const isSaid =
    current !== undefined &&
    (isReference ? references.isNameOf(current.value as string, value as string) : current.value === value);
  if (isSaid) return;
  const written = isReference ? references.nameOf(value as string) : value;
  const here = current?.leaf.alternative;
  const alternative =
    here === undefined || here.isReadOnly ? freeAlternative(resource, { mapping, fields, all }) : here;
  if (alternative !== undefined)
    writeLeaf(resource, { mapping, alternative, value: written, isEdit: current !== undefined });
}

function writeSet(resource: JsonObject, mapping: FieldMapping, value: readonly string[]): void {
  const current = currentMembers(resource, mapping);
  const said = new Set(current.map((member) => member.value));
  const elements = current
    .filter((member) => !value.includes(member.value))
    .map(({ leaf }) => elementTrail(leaf.alternative.path, leaf.found.trail))
    // From the end: taking one out moves those after it.
    .sort((left, right) => Number(right.at(-1)?.key) - Number(left.at(-1)?.key));
  for (const trail of elements) drop({ value: null, trail });
  const alternative = mapping.alternatives[0];
  const missing = value.filter((member) => !said.has(member));
  if (alternative !== undefined && missing.length > 0)
    writeMembers(resource, { mapping, alternative, members: missing });
}

function erase(resource: JsonObject, mapping: FieldMapping): void {
  if (mapping.declaration.kind === 'set') {
    writeSet(resource, mapping, []);
    return;
  }
  for (let current = currentLeaf(resource, mapping); current !== undefined; current = currentLeaf(resource, mapping)) {
    eraseLeaf(current.leaf);
  }
}
