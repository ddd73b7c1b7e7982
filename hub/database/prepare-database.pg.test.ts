import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { dumpPostgresSchema } from '@santehaggui/runtime/sql/postgres-schema.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { postgresEngines, startTestPostgres } from '@santehaggui/runtime/testing/test-postgres.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { describe, expect, it } from 'vitest';
import { createFacilitySchema } from './facility-schema.ts';
import { prepareDatabase, registerMigrations } from './prepare-database.ts';

const PASSWORDS = { service: 'a', api: 'b' };

describe.each(postgresEngines())('the schema, on the %s PostgreSQL', (engine) => {
  it('is as the dump in the repository says, and stays so when it is prepared again', async () => {
    await using server = await startTestPostgres({ engine });
    const { log } = recordingLog();
    const admin = server.pool();
    const options = { admin, passwords: PASSWORDS, clock: systemClock, log };
    const first = await prepareDatabase(options);
    expect(first).toEqual([
      'hub/001_hub.sql',
      'hub/002_parked.sql',
      'hub/003_branches.sql',
      'hub/004_quarantine_retry.sql',
      'hub/005_release.sql',
      'hub/006_restoration.sql',
      'hub/007_unlock.sql',
      'hub/008_keys.sql',
      'hub/009_proof.sql',
      'hub/010_load.sql',
      'hub/011_erasures.sql',
      'hub/012_refusals.sql',
      'hub/013_former_nodes.sql',
      'hub/014_backup_opening.sql',
      'hub/015_witness.sql',
      'hub/016_policy_editions.sql',
      'hub/017_node_keys.sql',
      'hub/018_audit.sql',
      'hub/019_rate_limits.sql',
      'hub/020_facility_place.sql',
      'hub/021_emergency_share.sql',
      'hub/022_disclosure.sql',
      'hub/023_branched_at.sql',
      'hub/024_people.sql',
      'hub/025_disclosure_of.sql',
      'hub/026_user_disabled.sql',
      'consolidated/001_facts.sql',
      'consolidated/002_alerts.sql',
      'consolidated/003_row_security.sql',
      'consolidated/004_places.sql',
      'consolidated/005_emergencies.sql',
      'regional/001_views.sql',
      'regional/002_security_invoker.sql',
      'regional/003_places.sql',
      'regional/004_emergencies.sql',
      'registry/001_register.sql',
      'registry/002_referral_patient.sql',
      'registry/003_parked.sql',
      'registry/004_release.sql',
      'registry/005_function_search_path.sql',
      'registry/006_repair.sql',
      'registry/007_erased.sql',
      'registry/008_attachments.sql',
      'registry/009_persons.sql',
    ]);
    const dump = await dumpPostgresSchema(admin, ['hub', 'consolidated', 'regional', 'registry']);
    await expect(dump).toMatchFileSnapshot('./schema.txt');
    expect(await prepareDatabase(options)).toEqual([]);
    expect(await dumpPostgresSchema(admin, ['hub', 'consolidated', 'regional', 'registry'])).toBe(dump);
  });

  it('works with an operator’s login that is no superuser', async () => {
    await using server = await startTestPostgres({ engine });
    const { log } = recordingLog();
    const superuser = server.pool();
    await superuser.query(`create role operator login createrole`);
    await superuser.query('create database district owner operator');
    const url = new URL(server.url);
    url.username = 'operator';
    url.pathname = '/district';
    const admin = server.pool({ connectionString: url.href });
    const options = { admin, clock: systemClock, log };
    await prepareDatabase({ ...options, passwords: PASSWORDS });
    await createFacilitySchema('cscom_sangha', { ...options, migrations: await registerMigrations() });
    const { rows } = await server
      .pool({ connectionString: url.href.replace('operator@', 'postgres@') })
      .query(`select count(*)::int as views from pg_views where schemaname = 'cscom_sangha'`);
    expect(rows).toEqual([{ views: RECORD_TYPES.length }]);
  });
});

describe('a facility’s schema that is behind', () => {
  it('is brought up to date at the next start', async () => {
    await using server = await startTestPostgres();
    const { log } = recordingLog();
    const admin = server.pool();
    const options = { admin, passwords: PASSWORDS, clock: systemClock, log };
    await prepareDatabase(options);
    await createFacilitySchema('cscom_sangha', { ...options, migrations: await registerMigrations() });
    await admin.query(
      `insert into hub.facility (code, record_id, name, kind, region, created_at, schema_version, views_hash)
       values ('cscom_sangha', gen_random_uuid(), 'Sangha', 'cscom', 'Mopti', now(), 1, 'of an older catalogue')`,
    );
    await admin.query('drop view cscom_sangha.patient');
    await admin.query(
      'create view cscom_sangha.patient with (security_invoker = true) as select id from cscom_sangha.record',
    );
    await prepareDatabase(options);
    const { rows } = await admin.query(
      `select column_name from information_schema.columns where table_schema = 'cscom_sangha' and table_name = 'patient' and column_name = 'family_name'`,
    );
    expect(rows).toHaveLength(1);
  });
});
