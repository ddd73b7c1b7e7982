import { join } from 'node:path';
import type { Private } from '@santehaggui/runtime/log/private.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { failHub } from '../errors/hub-errors.ts';
import { KeyFile } from './key-file.ts';
import type { Kms } from './kms.ts';
import { VaultClient } from './vault-client.ts';

/** The hub's slice of the configuration about keys. */
export type KmsSettings = {
  readonly sealKey: Private<string> | undefined;
  readonly vaultUrl: string | undefined;
  readonly vaultToken: Private<string> | undefined;
  readonly vaultMount: string;
  readonly vaultKey: string;
  readonly vaultNamespace: string | undefined;
};

/** The KMS that is configured, and whether whoever takes the hub's disk lacks what opens it. */
export type OpenedKms = { readonly kms: Kms; readonly isSealedElsewhere: boolean };

/** Opens the vault that is configured, or the key file in `data`. Throws SH-C310, SH-C311, SH-C313, SH-C316. */
export function openKms(
  settings: KmsSettings,
  parts: { readonly data: string; readonly randomBytes: (count: number) => Uint8Array; readonly clock: Clock },
): OpenedKms {
  const { vaultUrl: url, vaultToken, vaultMount: mount, vaultKey: keyName, vaultNamespace: namespace } = settings;
  if (url !== undefined) {
    if (vaultToken === undefined) throw failHub('SH-C316');
    const kms = new VaultClient({ url, token: vaultToken.reveal(), mount, keyName, namespace });
    return { kms, isSealedElsewhere: true };
  }
  const { data, randomBytes, clock } = parts;
  const kms = KeyFile.open({
    path: join(data, 'keys', 'kms.json'),
    sealKey: settings.sealKey?.reveal(),
    ownSealKeyPath: join(data, 'identity', 'kms-seal.key'),
    randomBytes,
    clock,
  });
  return { kms, isSealedElsewhere: settings.sealKey !== undefined };
}
