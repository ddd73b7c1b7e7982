import type { KeysStatus, RotateAnswer } from '@santehaggui/protocols/api/keys-api.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { SessionService } from '../people/session-service.ts';
import type { IdentityKeeper } from '../store/node-identity.ts';
import type { LinkKeys } from '../uplink/link-keys.ts';
import type { KeyService } from './key-service.ts';

/** What can be given a new key. */
export type RotatedKey = 'database' | 'tokens' | 'link';

/** What is rotated. */
export type KeyRotationParts = {
  readonly keys: KeyService;
  readonly sessions: Pick<SessionService, 'replaceTokenKey' | 'tokenKeySince'>;
  readonly linkKeys: Pick<LinkKeys, 'rotate'>;
  readonly identity: IdentityKeeper;
  readonly audit: AuditTrail;
};

/** All keys of a node that are renewed, together or one alone: the database's, that of access tokens, that of frames. */
export class KeyRotation {
  readonly #parts: KeyRotationParts;

  constructor(parts: KeyRotationParts) {
    this.#parts = parts;
  }

  /** Who opens the database, and since when each key is in use. */
  status(): KeysStatus {
    const { keys, identity } = this.#parts;
    const linkKeySince = identity.current().linkKeySince ?? null;
    return { ...keys.status(), tokenKeySince: this.#tokenKeySince(), linkKeySince };
  }

  /**
   * Gives new keys to all, or to one. Each rotation is one step that can be interrupted anywhere, and nobody is put out by it; the
   * database's makes work wait. Throws SH-K180, SH-K181, and then none was changed.
   */
  async rotate(only?: RotatedKey): Promise<RotateAnswer> {
    const { keys, sessions, linkKeys, audit } = this.#parts;
    const isMeant = (what: RotatedKey): boolean => only === undefined || only === what;
    const milliseconds = isMeant('database') ? keys.rotateDatabaseKey().milliseconds : 0;
    const note = (what: string): void =>
      audit.append(
        { kind: 'daemon' },
        { action: 'update', recordType: 'keys', purpose: 'HOPERAT', detail: { what: `rotate-${what}` } },
      );
    if (isMeant('tokens')) {
      sessions.replaceTokenKey();
      note('tokens');
    }
    const link = isMeant('link') ? await linkKeys.rotate() : 'kept';
    if (link === 'rotated' || link === 'waits') note('link');
    const { databaseKeySince } = keys.status();
    return { databaseKeySince, milliseconds, tokenKeySince: this.#tokenKeySince(), link };
  }

  #tokenKeySince(): string | null {
    const since = this.#parts.sessions.tokenKeySince();
    return since === undefined ? null : new Date(since).toISOString();
  }
}
