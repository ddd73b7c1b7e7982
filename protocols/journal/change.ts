import type { FieldValue } from '../records/record-type.ts';
import type { OrderClock } from './order-clock.ts';
import type { Origin, Stamp } from './stamp.ts';

/** What one change does to one register field; `value: null` retracts it. `base` is the stamp it replaces. */
export type RegisterWrite = {
  readonly kind: 'register';
  readonly value: Exclude<FieldValue, readonly string[]> | null;
  readonly base: Stamp | null;
  /** Whether the origin judged the author's role authorised for the field, at that moment. */
  readonly authorised: boolean;
};

/** What one change does to one set field. A removal lists the additions (by stamp) that its author saw. */
export type SetWrite = {
  readonly kind: 'set';
  readonly add: readonly string[];
  readonly remove: readonly { readonly member: string; readonly seen: readonly Stamp[] }[];
  readonly authorised: boolean;
};

/** The writes of a change, by field number. */
export type FieldWrites = Readonly<Record<string, RegisterWrite | SetWrite>>;

type Entry = {
  readonly origin: Origin;
  /** Continues from the parent incarnation's; the first change of a node is 1. */
  readonly sequence: number;
  readonly orderClock: OrderClock;
  readonly isClockTrusted: boolean;
  readonly isLastOfTransaction: boolean;
};

/** One create or patch of one record by one author. */
export type RecordChange = Entry & {
  readonly kind: 'record';
  readonly isCreate: boolean;
  /** UUID; of a create it is derived from origin and sequence. */
  readonly recordId: string;
  readonly recordType: number;
  /** The practitioner's record id; null for the daemons themselves. */
  readonly author: string | null;
  readonly role: string;
  readonly writes: FieldWrites;
  /** The journal that it was read from has forgotten its fields (`Release`): what it wrote is not known here. */
  readonly isForgotten?: true;
  /** Its fields were erased (`Erasure`): what is left is the hash that the chain commits to. It belongs to no record any more. */
  readonly isErased?: true;
};

/** The first entry of an incarnation: which one it continues, and from what chain head. */
export type Opening = Entry & {
  readonly kind: 'opening';
  readonly parent: { readonly incarnation: string; readonly head: Uint8Array } | null;
};

/** The hub's ruling that the changes `from`…`to` of an origin count with `correctedTo`, because their clock ran ahead. */
export type ClockCorrection = Entry & {
  readonly kind: 'clock-correction';
  readonly target: Origin;
  readonly from: number;
  readonly to: number;
  readonly correctedTo: OrderClock;
};

/**
 * The hub's word that the copies of these records at one node end here. Records and their changes leave the holder's register
 * at both ends, and its journals forget the fields of what others wrote; the holder's own words stay its own.
 */
export type Release = Entry & {
  readonly kind: 'release';
  /** The node that held them. */
  readonly holder: number;
  readonly records: readonly string[];
};

/**
 * The hub's word that a patient's records are erased, wherever they are. Both ends take them out of the register and the words of
 * all their changes out of the journal, their own too; metadata and chain stay. None of these records ever comes back.
 */
export type Erasure = Entry & {
  readonly kind: 'erasure';
  readonly patient: string;
  readonly records: readonly string[];
};

/** One entry of a journal. */
export type Change = RecordChange | Opening | ClockCorrection | Release | Erasure;
