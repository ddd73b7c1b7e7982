import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Argon2id (RFC 9106) with the smaller of the OWASP settings: 19 MiB, 2 passes, 1 lane. A Raspberry Pi 4 takes about a
 * quarter of a second for it; more memory would let a few sign-ins at once push the daemon out of a small machine.
 */
export const SMALL_MACHINE_COST = { memoryKiB: 19_456, passes: 2, lanes: 1 } as const;

/** Argon2id with OWASP's first setting, 46 MiB: for accounts that see whole regions, on a machine with memory to spare. */
export const SERVER_COST = { memoryKiB: 47_104, passes: 1, lanes: 1 } as const;

const SALT_BYTES = 16;
const TAG_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{22,86})$/;

/** What trying one password costs. */
export type PasswordCost = { readonly memoryKiB: number; readonly passes: number; readonly lanes: number };

/** The PHC string of a password under a fresh salt; computed outside the main thread. */
export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return phcString(cost, salt, await derive(password, { salt, tagBytes: TAG_BYTES, cost }));
}

/** Whether the password is the one that the PHC string was made of, whatever its cost was then; false for any other text. */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const match = PHC.exec(phc);
  if (match === null) return false;
  const [, memory, passes, lanes, salt, tag] = match as unknown as [string, string, string, string, string, string];
  const expected = Buffer.from(tag, 'base64');
  const cost = { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  // RFC 9106 §3.1: what else would be an error of whoever looks, each time.
  if (cost.passes === 0 || cost.lanes === 0 || cost.memoryKiB < 8 * cost.lanes) return false;
  const given = await derive(password, { salt: Buffer.from(salt, 'base64'), tagBytes: expected.length, cost });
  return timingSafeEqual(given, expected);
}

/**
 * A key of `bytes` bytes that a password gives under this salt, the same every time; computed outside the main thread. Throws a
 * RangeError for a salt under 16 bytes.
 */
export async function passwordKey(
  password: string,
  { salt, cost, bytes }: { readonly salt: Uint8Array; readonly cost: PasswordCost; readonly bytes: number },
): Promise<Uint8Array> {
  if (salt.length < SALT_BYTES) throw new RangeError('the salt of a key has 16 bytes or more');
  return new Uint8Array(await derive(password, { salt, tagBytes: bytes, cost }));
}

/** A hash that no password matches but that takes as long to try: for logins that do not exist. */
export function unmatchablePasswordHash(cost: PasswordCost): string {
  return phcString(cost, randomBytes(SALT_BYTES), randomBytes(TAG_BYTES));
}

function phcString({ memoryKiB, passes, lanes }: PasswordCost, salt: Uint8Array, tag: Uint8Array): string {
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`;
}

function derive(
  password: string,
  { salt, tagBytes, cost }: { readonly salt: Uint8Array; readonly tagBytes: number; readonly cost: PasswordCost },
): Promise<Buffer> {
  const parameters = {
    // The same password typed on two keyboards may come in two normal forms.
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

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
