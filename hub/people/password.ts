import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

// OWASP's second setting for Argon2id. A hub has memory to spare, and its accounts see whole regions.
const COST = { memoryKiB: 47_104, passes: 1, lanes: 1 } as const;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{22,86})$/;

type Cost = { readonly memoryKiB: number; readonly passes: number; readonly lanes: number };

/** The PHC string of a password (Argon2id, RFC 9106) under a fresh salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return phcOf(salt, await derive(password, { salt, tagBytes: TAG_BYTES, cost: COST }));
}

/** Whether the password is the one that the PHC string was made of; false for any other text. */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const match = PHC.exec(phc);
  if (match === null) return false;
  const [, memory, passes, lanes, salt, tag] = match as unknown as [string, string, string, string, string, string];
  const expected = Buffer.from(tag, 'base64');
  const cost = { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  const given = await derive(password, { salt: Buffer.from(salt, 'base64'), tagBytes: expected.length, cost });
  return timingSafeEqual(given, expected);
}

/** A hash that no password matches but that takes as long to try: an unknown login is answered as slowly as a known one. */
export function unmatchablePasswordHash(): string {
  return phcOf(randomBytes(SALT_BYTES), randomBytes(TAG_BYTES));
}

function phcOf(salt: Buffer, tag: Buffer): string {
  const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${COST.memoryKiB},t=${COST.passes},p=${COST.lanes}$${text(salt)}$${text(tag)}`;
}

function derive(
  password: string,
  { salt, tagBytes, cost }: { readonly salt: Uint8Array; readonly tagBytes: number; readonly cost: Cost },
): Promise<Buffer> {
  const parameters = {
    // One password typed on two keyboards may come in two normal forms.
    message: Buffer.from(password.normalize('NFKC'), 'utf8'),
    nonce: salt,
    parallelism: cost.lanes,
    tagLength: tagBytes,
    memory: cost.memoryKiB,
    passes: cost.passes,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => {
      if (error === null || error === undefined) resolve(tag);
      else reject(error);
    });
  });
}
