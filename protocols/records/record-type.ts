/**
 * How a record type is declared. One declaration gives the zod schema, the SQL views, the columns of the exchange, the
 * field lists of OpenAPI and FHIR, and the labels of forms. Nothing else in the project spells a field twice.
 */

/** The staff roles that a field's `authorised` list speaks of; their rights are data elsewhere. */
export const ROLES = [
  'registrar',
  'community-worker',
  'nurse',
  'midwife',
  'physician',
  'head',
  'pharmacist',
  'cashier',
  'laboratory',
  'it-officer',
  'district-officer',
  'auditor',
  'system',
] as const;

/** One of {@link ROLES}. `system` is the hub and the daemons themselves. */
export type Role = (typeof ROLES)[number];

/** Everybody but an auditor, who writes into no record. */
export const WRITERS: readonly Role[] = ROLES.filter((role) => role !== 'auditor');

/**
 * What a field holds, and how its value looks in memory, in the `fields` JSON of both stores and in the API:
 *
 * | kind | value |
 * |---|---|
 * | `ref` | UUID of the record, lower case |
 * | `code` | a code of the field's `system`, or `system|code` for any other (FHIR R4 §3.1.1.4.10 token) |
 * | `text` `name` `phone` | NFC text; a phone in E.164 where it could be read, else as entered |
 * | `date` | `1987`, `1987-05` or `1987-05-12`, with a final `~` when estimated (ISO 8601-2 §4.2) |
 * | `instant` | integer milliseconds since 1970, UTC (RFC 3339 text in the API) |
 * | `integer` `boolean` | number, boolean |
 * | `decimal` | exact decimal text, `37.5` (a number in the API) |
 * | `set` | sorted array of texts |
 * | `attachment` | SHA-256 of bytes that lie beside the journal, 64 hexadecimal digits |
 */
export type FieldKind =
  | 'ref'
  | 'code'
  | 'text'
  | 'name'
  | 'phone'
  | 'date'
  | 'instant'
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'set'
  | 'attachment';

/** A field's value in memory; see {@link FieldKind}. */
export type FieldValue = string | number | boolean | readonly string[];

/** The declaration of one field. `number` is stable for ever and never reused. */
export type FieldDeclaration = {
  readonly number: number;
  readonly kind: FieldKind;
  /** `register`: the most recent authorised write wins. `set`: add-wins. `once`: the first write stays. */
  readonly merge: 'register' | 'set' | 'once';
  /** Whether the value identifies a person: it is then never logged and never enters a consolidated fact. */
  readonly identifies: boolean;
  /** The roles whose writes prevail over those of others. */
  readonly authorised: readonly Role[];
  readonly required: boolean;
  readonly label: { readonly fr: string; readonly en: string };
  /** `ref`: the record type it points to. */
  readonly to?: string;
  /** `code`: the system of codes written without one. */
  readonly system?: string;
  /** `code`: the closed list of codes that entry accepts; imports keep others as `system|code`. `set`: the only members that entry accepts. */
  readonly values?: readonly string[];
  /** `integer`, `decimal`: inclusive bounds that entry accepts, in the field's unit. */
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
  /** Where the value stands in the FHIR R4 resource, in the grammar of `protocols/fhir/path.ts`; without it the field is an extension. */
  readonly fhir?: string;
};

/** The fields of a record type, by name. */
export type FieldDeclarations = Readonly<Record<string, FieldDeclaration>>;

/** The declaration of a record type. */
export type RecordType<Fields extends FieldDeclarations = FieldDeclarations> = {
  /** Stable number, never reused. */
  readonly number: number;
  /** Singular, lower camel case: `patient`, `allergyIntolerance`. */
  readonly name: string;
  /** As in `/api/v1/<plural>`. */
  readonly plural: string;
  /** The FHIR R4 resource it is exchanged as at the border. */
  readonly fhirType: string;
  /** Raised by one whenever a field is added; see `catalogue.test.ts`. */
  readonly version: number;
  /** Records that no API, screen or export shows and no rule can speak of. */
  readonly isSecret?: boolean;
  readonly label: { readonly fr: string; readonly en: string };
  readonly fields: Fields;
};

type FieldOptions = Partial<
  Pick<
    FieldDeclaration,
    'merge' | 'identifies' | 'required' | 'to' | 'system' | 'values' | 'min' | 'max' | 'unit' | 'fhir'
  >
> & {
  readonly authorised: readonly Role[];
  /** French label, then English. */
  readonly label: readonly [fr: string, en: string];
};

/** Declares a field; `merge` defaults to `set` for sets and `register` for the rest, `identifies` and `required` to no. */
export function field(number: number, kind: FieldKind, options: FieldOptions): FieldDeclaration {
  const { label, ...rest } = options;
  return {
    merge: kind === 'set' ? 'set' : 'register',
    identifies: false,
    required: false,
    ...rest,
    number,
    kind,
    label: { fr: label[0], en: label[1] },
  };
}

/** Whoever examines and treats. */
export const CLINICIANS = ['nurse', 'midwife', 'physician', 'head'] as const satisfies readonly Role[];
/** Whoever registers a person. */
export const RECEPTION = ['registrar', ...CLINICIANS] as const satisfies readonly Role[];
/** Whoever reads a test. */
export const EXAMINERS = ['laboratory', ...CLINICIANS] as const satisfies readonly Role[];
/** Whoever runs the facility and its accounts. */
export const MANAGERS = ['head', 'it-officer', 'district-officer', 'system'] as const satisfies readonly Role[];

/**
 * Declares a record type. Every type also has `identifier` (the ids that other systems know the record by, as
 * `system|value`) and `source` (what a foreign FHIR resource holds beyond our fields, as JSON text, so that export gives
 * back what came in).
 */
export function recordType<Fields extends FieldDeclarations>(
  declaration: Omit<RecordType<Fields>, 'label'> & { readonly label: readonly [fr: string, en: string] },
): RecordType<Fields & typeof COMMON_FIELDS> {
  return {
    ...declaration,
    label: { fr: declaration.label[0], en: declaration.label[1] },
    fields: { ...declaration.fields, ...COMMON_FIELDS },
  };
}

const COMMON_FIELDS = {
  identifier: field(60, 'set', {
    authorised: WRITERS,
    identifies: true,
    label: ['Identifiants extérieurs', 'Identifiers elsewhere'],
    fhir: 'identifier[*].value',
  }),
  source: field(61, 'text', {
    authorised: WRITERS,
    identifies: true,
    label: ['Ressource d’origine', 'Original resource'],
  }),
} as const;
