import type { LinkKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import { UNKNOWN_NODE } from '@santehaggui/protocols/enrolment/certificate.ts';
import { ForgedFrame, helloHeader, openHello } from '@santehaggui/protocols/frames/seal.ts';
import type { IncomingChange } from '@santehaggui/protocols/journal/follow-chain.ts';
import type { EnrolledNode } from './ingest-service.ts';

/** A node that may speak to the hub, the keys of its link, and its public keys. */
export type LinkedNode = EnrolledNode & {
  readonly link: LinkKeys;
  readonly signKey: Uint8Array;
  readonly sealKey: Uint8Array;
};

/** Nodes that are no longer a facility's. */
export type FormerNodes = {
  readonly find: (node: number) => Promise<LinkedNode | undefined>;
  readonly keep: (node: LinkedNode, incoming: readonly IncomingChange[]) => Promise<number>;
};

/** The former node that a HELLO proves to be of. Throws ForgedFrame when it is nobody's. */
export async function provenFormer({ find }: Pick<FormerNodes, 'find'>, frame: Uint8Array): Promise<LinkedNode> {
  const former = await find(helloHeader(frame).node);
  if (former === undefined) throw new ForgedFrame(UNKNOWN_NODE);
  openHello(frame, former.link.receive);
  return former;
}
