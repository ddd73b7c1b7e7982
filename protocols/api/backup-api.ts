import { z } from 'zod';

/** `POST /v1/backups` of a node: makes one in a folder, else in the one of the configuration, and looks at it. */
export const backupRequest = z.strictObject({ directory: z.string().min(1).optional() });

/** `POST /v1/backups/verify`: puts a backup back into a scratch file and compares. `words`: for one whose key this node does not have. */
export const verifyBackupRequest = z.strictObject({
  file: z.string().min(1),
  words: z.string().min(1).max(400).optional(),
});

/** What a backup was found to hold. */
export type BackupContents = {
  /** The digest of the state, as `sync verify` tells it. */
  readonly digest: string;
  readonly records: Readonly<Record<string, number>>;
  readonly changes: number;
  readonly auditEntries: number;
};

/** A backup that was read whole, put back beside and compared. */
export type VerifiedBackup = {
  readonly file: string;
  readonly facility: string;
  readonly node: number;
  readonly createdAt: string;
  readonly verifiedAt: string;
  /** The version of the node that made it. */
  readonly version: string;
  readonly contents: BackupContents;
};

/** A backup that was made, and looked at. `removed`: files that it replaces. */
export type MadeBackup = VerifiedBackup & { readonly bytes: number; readonly removed: readonly string[] };

/** What `haggui-node restore` tells when it has put a backup back. */
export type RestoredBackup = {
  readonly facility: string;
  readonly node: number;
  readonly createdAt: string;
  readonly dataDirectory: string;
  /** Where the node that was there is now; null where there was none. */
  readonly aside: string | null;
  readonly opens: 'unattended' | 'staff';
  readonly contents: BackupContents;
};

/** One file in a folder of backups. */
export type BackupLine = {
  readonly file: string;
  readonly bytes: number;
  readonly facility: string;
  readonly node: number;
  readonly createdAt: string;
  /** Whether this node made it. */
  readonly isOwn: boolean;
  readonly verifiedAt: string | null;
  /** Who can open it, and since when those words were given or that hub was known. */
  readonly opens: readonly { readonly by: 'hub' | 'recovery'; readonly since: string }[];
};

/** `GET /v1/backups?directory=`: the youngest first. `unreadable`: files named like backups that are none. */
export type BackupList = {
  readonly directory: string;
  readonly backups: readonly BackupLine[];
  readonly unreadable: readonly string[];
};
