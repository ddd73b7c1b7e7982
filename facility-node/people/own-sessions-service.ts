import type { OwnSessions, UserSession } from '@santehaggui/protocols/api/users-api.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { AuditTrail } from './audit-trail.ts';
import { browserWords } from './browser-words.ts';
import type { Staff } from './caller.ts';
import { failPeople } from './people-errors.ts';
import { type OpenSession, SessionStore } from './session-store.ts';

const SHOWN = 100;

/** What the service is made of. */
export type OwnSessionsOptions = { readonly store: RecordStore; readonly audit: AuditTrail; readonly clock: Clock };

/** What people see and end of their own sessions, without an administrator. */
export class OwnSessionsService {
  readonly #audit: AuditTrail;
  readonly #clock: Clock;
  readonly #sessions: SessionStore;

  constructor({ store, audit, clock }: OwnSessionsOptions) {
    this.#audit = audit;
    this.#clock = clock;
    this.#sessions = new SessionStore(store.db);
  }

  /** The caller's open sessions, the one used last first; of more than a hundred those, and the one that asks. */
  list({ accountId, sessionId }: Staff): OwnSessions {
    const live = [...this.#sessions.liveOf(accountId, this.#clock.now())];
    live.sort((left, right) => right.lastUsedAt - left.lastUsedAt);
    const shown = live.filter(({ id }, index) => index < SHOWN || id === sessionId);
    return { sessions: shown.map((session) => ({ ...userSessionOf(session), isThis: session.id === sessionId })) };
  }

  /** Ends one of the caller's sessions, which may be the one that asks. Throws SH-N151 for one that is not open or another's. */
  end(id: string, staff: Staff): void {
    if (!this.#sessions.liveOf(staff.accountId, this.#clock.now()).some((session) => session.id === id))
      throw failPeople('SH-N151');
    this.#end([id], staff);
  }

  /** Ends all of the caller's sessions but the one that asks; gives how many. */
  endOthers(staff: Staff): number {
    const others = this.#sessions
      .liveOf(staff.accountId, this.#clock.now())
      .map(({ id }) => id)
      .filter((id) => id !== staff.sessionId);
    this.#end(others, staff);
    return others.length;
  }

  #end(ids: readonly string[], staff: Staff): void {
    const nowMs = this.#clock.now();
    this.#sessions.together(() => {
      for (const id of ids) {
        this.#sessions.revoke(id, 'signed-out', nowMs);
        this.#audit.append(staff, {
          ...{ action: 'sign-out', recordType: 'session', purpose: 'HOPERAT' },
          detail: { because: 'ended-by-owner' },
        });
      }
    });
  }
}

/** An open session as its owner and administrators are shown it. */
export function userSessionOf(session: OpenSession): UserSession {
  const { id, createdAt, lastUsedAt, address, deviceName, userAgent } = session;
  return {
    ...{ id, since: new Date(createdAt).toISOString(), lastUsedAt: new Date(lastUsedAt).toISOString() },
    ...{ address, device: deviceName, browser: browserWords(userAgent) },
  };
}
