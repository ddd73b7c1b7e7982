import { randomBytes } from 'node:crypto';
import type { BackupHead } from '@santehaggui/protocols/backup/backup-file.ts';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { fingerprintWords } from '@santehaggui/protocols/crypto/fingerprint.ts';
import { isSignedBy, openSealed, sealKeysFromSeed, sealTo } from '@santehaggui/protocols/crypto/sodium.ts';
import {
  type BackupOpeningAnswer,
  type BackupOpeningRequest,
  backupOpeningAnswer,
  signedEnvelope,
} from '@santehaggui/protocols/enrolment/unlock.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { failBackup } from './backup-errors.ts';

/** What asking the hub takes. */
export type HubOpeningOptions = {
  /** Posts to an address of the hub and gives its answer; throws when there is none. */
  readonly post: (url: string, body: unknown) => Promise<unknown>;
  /** Told once, with the six words to be read out over the phone. */
  readonly onAsking: (words: readonly string[]) => void;
  readonly clock: Clock;
};

const ASK_EVERY_MS = 5000;
const ASK_FOR_MS = 60 * 60_000;

/**
 * Asks the hub that a backup is sealed to for its key, until an operator there has said yes to the person who calls: both screens
 * show the same six words, made of a key that this attempt alone has. Throws SH-T212 when there is no such hub, it said no, or
 * nobody said anything for an hour.
 */
export async function askHubForBackup(
  head: BackupHead,
  { post, onAsking, clock }: HubOpeningOptions,
): Promise<Uint8Array> {
  const { hub, wraps } = head.header;
  if (hub === null || !wraps.some(({ to }) => to === 'hub')) throw failBackup('SH-T212', { why: head.header.facility });
  const replyKeys = sealKeysFromSeed(new Uint8Array(randomBytes(32)));
  const request: BackupOpeningRequest = {
    header: toHex(head.signed.header),
    signature: toHex(head.signed.signature),
    replyKey: toHex(replyKeys.publicKey),
  };
  const sealed = toHex(sealTo(fromHex(hub.sealKey), Buffer.from(JSON.stringify(request))));
  const ask = async (): Promise<BackupOpeningAnswer> => {
    const answer = signedEnvelope.parse(await post(`${hub.url}/api/v1/backup-opening`, { sealed }));
    const bytes = fromHex(answer.sealed);
    const opened = isSignedBy(fromHex(hub.signKey), bytes, fromHex(answer.signature))
      ? openSealed(replyKeys, bytes)
      : undefined;
    if (opened === undefined) throw failBackup('SH-T212', { why: hub.url });
    return backupOpeningAnswer.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
  };
  const untilMs = clock.monotonic() + ASK_FOR_MS;
  for (let isTold = false; ; ) {
    const { state, key } = await ask();
    if (key !== null) return fromHex(key);
    if (state === 'refused' || clock.monotonic() > untilMs) throw failBackup('SH-T212', { why: state });
    if (!isTold) onAsking(fingerprintWords(fromHex(hub.signKey), replyKeys.publicKey));
    isTold = true;
    await clock.sleep(ASK_EVERY_MS);
  }
}
