import type { IssuedCertificate, PermittedNames } from '@santehaggui/runtime/certificates/issue-certificate.ts';
import type { Database } from 'better-sqlite3';

/** The facility's authority as it is kept. */
export type StoredAuthority = IssuedCertificate & { readonly permitted: PermittedNames };

type Row = { readonly certificate: string; readonly privateKey: string; readonly permitted: string };

/** The table `lan_authority`. */
export class AuthorityStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  current(): StoredAuthority | undefined {
    const row = this.#db
      .prepare<[], Row>('select certificate, private_key as privateKey, permitted from lan_authority where id = 1')
      .get();
    return row === undefined ? undefined : { ...row, permitted: JSON.parse(row.permitted) as PermittedNames };
  }

  replace({ certificate, privateKey, permitted }: StoredAuthority, nowMs: number): void {
    this.#db
      .prepare(
        `insert into lan_authority (id, certificate, private_key, permitted, created_at) values (1, ?, ?, ?, ?)
         on conflict (id) do update set certificate = excluded.certificate, private_key = excluded.private_key,
           permitted = excluded.permitted, created_at = excluded.created_at`,
      )
      .run(certificate, privateKey, JSON.stringify(permitted), nowMs);
  }
}
