import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportResult } from '@santehaggui/protocols/api/admin-api.ts';
import { AuditService } from '../../audit/audit-service.ts';
import type { TestStore } from '../../store/testing/test-store.ts';
import { createInterchange, type Interchange } from '../interchange.ts';

/** The operator, who has not signed in. */
export const DAEMON = { kind: 'daemon' } as const;

/** A nurse of the facility, as the store is told. */
export const NURSE = { author: null, role: 'nurse' } as const;

/** Any resource. */
export type Resource = Record<string, unknown>;

/** A Bundle of these resources, without URLs. */
export const bundle = (...resources: Resource[]): Resource => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
});
/** The interchange of a test store. */
export const interchangeOf = (node: TestStore): Interchange =>
  createInterchange({
    store: node.store,
    audit: new AuditService({ db: node.db, clock: node.clock }),
    clock: node.clock,
    log: node.log.log,
    directory: node.directory,
    ring: node.ring,
  });

/** Imports files given by name and content: text as it is, anything else as JSON. */
export async function importFiles(node: TestStore, files: Record<string, unknown>): Promise<ImportResult> {
  const folder = join(node.directory.root, 'incoming');
  await mkdir(folder, { recursive: true });
  const paths = Object.keys(files).map((name) => join(folder, name));
  await Promise.all(
    Object.values(files).map((content, index) =>
      writeFile(paths[index] as string, typeof content === 'string' ? content : JSON.stringify(content)),
    ),
  );
  const result = await interchangeOf(node).importFhir({ files: paths, caller: DAEMON });
  const named = <Place extends { file: string }>(places: readonly Place[]): Place[] =>
    places.map((place) => ({ ...place, file: place.file.slice(folder.length + 1) }));
  return {
    ...result,
    refusals: named(result.refusals),
    unresolved: named(result.unresolved),
    incomplete: named(result.incomplete),
  };
}

/** All records as resources. */
export async function exported(node: TestStore): Promise<Resource[]> {
  let text = '';
  for await (const piece of interchangeOf(node).exportRecords({ format: 'fhir', caller: DAEMON })) text += piece;
  return ((JSON.parse(text) as { entry?: { resource: Resource }[] }).entry ?? []).map(({ resource }) => resource);
}

/** The rows of a view, by id. */
export const rows = (node: TestStore, type: string): Record<string, unknown>[] =>
  node.db.prepare(`select * from "${type}" order by id`).all() as Record<string, unknown>[];
/** How many rows a table has. */
export const count = (node: TestStore, table: string): number =>
  node.db.prepare<[], number>(`select count(*) from ${table}`).pluck().get() ?? 0;
