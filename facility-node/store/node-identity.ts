import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import {
  type LinkKeys,
  linkKeysOfNode,
  type SealKeys,
  type SignKeys,
  sealKeysFromSeed,
  signKeysFromSeed,
} from '@santehaggui/protocols/crypto/sodium.ts';
import { writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import { z } from 'zod';
import type { DataDirectory } from './data-directory.ts';
import { failStore } from './store-errors.ts';

const key = z.string().regex(/^[0-9a-f]{64}$/);

const hubLink = z.strictObject({
  url: z.url(),
  signKey: key,
  sealKey: key,
  /** Id of this facility's record at the hub, its name there and its region. */
  facilityId: z.string(),
  name: z.string(),
  region: z.string(),
  fingerprintWords: z.array(z.string()),
  /** Signed by the hub: that this node is enrolled there. */
  certificate: z.string().optional(),
});

const nodeIdentity = z.strictObject({
  /** Random, 24 bits; 0 is the hub. */
  node: z.int().min(1).max(0xffffff),
  facility: z.strictObject({ code: z.string(), name: z.string() }),
  signSeed: key,
  sealSeed: key,
  journalKey: key,
  hub: hubLink.nullable(),
  /** The next key of the link, until the hub has answered that it uses it. */
  nextSealSeed: key.optional(),
  /** The key before: what was sealed to it on its way still opens. */
  formerSealSeed: key.optional(),
  linkKeySince: z.iso.datetime().optional(),
});

/** What this node knows of its hub since it was enrolled. */
export type HubLink = z.infer<typeof hubLink>;

/** Who the node is: the content of `identity/node.json`. Seeds and keys are hexadecimal and never leave the node. */
export type NodeIdentity = z.infer<typeof nodeIdentity>;

/** A fresh identity; `randomBytes` gives bytes that nobody can guess. */
export function newNodeIdentity(
  facility: NodeIdentity['facility'],
  randomBytes: (count: number) => Uint8Array,
): NodeIdentity {
  const [high = 0, middle = 0, low = 0] = randomBytes(3);
  return {
    node: (high << 16) | (middle << 8) | low || 1,
    facility,
    signSeed: toHex(randomBytes(32)),
    sealSeed: toHex(randomBytes(32)),
    journalKey: toHex(randomBytes(32)),
    hub: null,
  };
}

/** The identity of a data directory, and the only way to change it. Call after `sodiumReady()`. */
export class IdentityKeeper {
  readonly #file: string;
  #identity: NodeIdentity;

  /** Reads the file. Throws SH-C101 when it is not there or is not one of ours. */
  constructor(directory: DataDirectory) {
    this.#file = directory.identityFile;
    try {
      this.#identity = nodeIdentity.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (cause) {
      throw failStore('SH-C101', { why: this.#file, cause });
    }
  }

  /** The identity as it is now. */
  current(): NodeIdentity {
    return this.#identity;
  }

  /** Remembers the hub that enrolled this node; on disk when this returns. */
  joinHub(hub: HubLink): void {
    this.#write({ ...this.#identity, hub });
  }

  /** Keeps the next key of the link beside the present one, unless there is one already; on disk when this returns. */
  beginLinkKey(seed: string): void {
    this.#write({ nextSealSeed: seed, ...this.#identity });
  }

  /** The next key becomes the present one, and that the former; on disk when this returns. */
  settleLinkKey(since: string): void {
    const { nextSealSeed, ...identity } = this.#identity;
    if (nextSealSeed === undefined) return;
    this.#write({ ...identity, sealSeed: nextSealSeed, formerSealSeed: identity.sealSeed, linkKeySince: since });
  }

  /** The keys that what is sealed to this node may be sealed to, the present ones first. */
  openingKeys(): readonly SealKeys[] {
    const { formerSealSeed } = this.#identity;
    return [this.sealKeys(), ...(formerSealSeed === undefined ? [] : [sealKeysFromSeed(fromHex(formerSealSeed))])];
  }

  /** The node's signing keys (Ed25519). */
  signKeys(): SignKeys {
    return signKeysFromSeed(fromHex(this.#identity.signSeed));
  }

  /** The node's keys for sealing and for links (X25519). */
  sealKeys(): SealKeys {
    return sealKeysFromSeed(fromHex(this.#identity.sealSeed));
  }

  /** The keys shared with a hub. */
  linkKeys(hub: HubLink): LinkKeys {
    return linkKeysOfNode(this.sealKeys(), fromHex(hub.sealKey));
  }

  #write(identity: NodeIdentity): void {
    writeNodeIdentity(this.#file, identity);
    this.#identity = identity;
  }
}

/** Writes an identity file (mode 0600), old or new whatever happens. */
export function writeNodeIdentity(file: string, identity: NodeIdentity): void {
  writeSecretFile(file, `${JSON.stringify(identity, null, 2)}\n`);
}
