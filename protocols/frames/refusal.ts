import { OutOfTurn } from '../journal/follow-chain.ts';
import { MalformedMessage } from './messages.ts';
import type { ParcelFault } from './parcel.ts';
import { ForgedFrame } from './seal.ts';

/** Why a frame or a parcel was refused, as it stands in the audit trail of either end. */
export type RefusalCode =
  | 'forged'
  | 'malformed'
  | 'out-of-turn'
  | ParcelFault
  | 'unknown-sender'
  | 'gap'
  | 'hub-restored';

/** The code of what a frame was refused for; undefined for what went wrong at this end. */
export function refusalCode(error: unknown): RefusalCode | undefined {
  if (error instanceof ForgedFrame) return 'forged';
  if (error instanceof MalformedMessage) return 'malformed';
  return error instanceof OutOfTurn ? 'out-of-turn' : undefined;
}
