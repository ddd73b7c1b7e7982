import { dumpSqliteSchema } from '@santehaggui/runtime/sql/sqlite-schema.ts';
import { describe, expect, it } from 'vitest';
import { openTestStore } from './testing/test-store.ts';

describe('the schema of a node', () => {
  // After a new migration: npx vitest run -u facility-node/store/schema.test.ts
  it('is the one in schema.sql', async () => {
    await using node = await openTestStore();
    await expect(dumpSqliteSchema(node.db)).toMatchFileSnapshot('./schema.sql');
  });
});
