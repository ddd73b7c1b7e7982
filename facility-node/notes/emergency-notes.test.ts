import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import { KeyRing } from '../store/key-ring.ts';
import { rekeyDatabase } from '../store/open-database.ts';
import { appendSealedNote, readSealedNotes } from '../store/sealed-notes.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { EmergencyNotesService } from './emergency-notes-service.ts';

const nurse: Staff = {
  kind: 'staff',
  accountId: 1,
  login: 'awa',
  role: 'nurse',
  practitionerId: crypto.randomUUID(),
  sessionId: crypto.randomUUID(),
  address: null,
  requestId: null,
};

const serviceOf = ({ db, clock }: TestStore) =>
  new EmergencyNotesService({ db, clock, audit: new AuditService({ db, clock }) });

const write = ({ directory }: TestStore, text: string, atMs: number): void => {
  const key = KeyRing.read(directory.keyRingFile).notesKey();
  appendSealedNote(directory.sealedNotesFile, key, { atMs, kind: 'note', from: 'Awa', text });
};

describe('emergency notes', () => {
  it('are readable to nobody while the node is locked, and wait in order once it is open', async () => {
    await using node = await openTestStore();
    const { directory, ring, log } = node;
    write(node, 'Fanta Traoré, hémorragie, 2 h', 2000);
    write(node, 'Issa Dolo, convulsions', 1000);
    expect(readFileSync(directory.sealedNotesFile).includes('Traoré')).toBe(false);
    const service = serviceOf(node);
    service.takeIn(directory.sealedNotesFile, ring.notesKeys(), log.log);
    expect(existsSync(directory.sealedNotesFile)).toBe(false);
    const first = service.waiting(nurse, { limit: 1 });
    expect(first.items.map(({ text }) => text)).toEqual(['Issa Dolo, convulsions']);
    const second = service.waiting(nurse, { limit: 1, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ text: 'Fanta Traoré, hémorragie, 2 h', writtenBy: 'Awa' }] });
    expect(second.nextCursor).toBeUndefined();
  });

  it('come in once, however often the file is read', async () => {
    await using node = await openTestStore();
    const { directory, ring, log } = node;
    write(node, 'une note', 1);
    const bytes = readFileSync(directory.sealedNotesFile);
    const service = serviceOf(node);
    service.takeIn(directory.sealedNotesFile, ring.notesKeys(), log.log);
    appendFileSync(directory.sealedNotesFile, bytes);
    service.takeIn(directory.sealedNotesFile, ring.notesKeys(), log.log);
    expect(service.countWaiting()).toBe(1);
  });

  it('keep the whole ones when a power cut tore the last', async () => {
    await using node = await openTestStore();
    const { directory, ring, log } = node;
    write(node, 'entière', 1);
    appendFileSync(directory.sealedNotesFile, Buffer.from([0, 0, 1, 0, 7]));
    expect(readSealedNotes(directory.sealedNotesFile, ring.notesKeys())).toMatchObject({
      notes: [{ text: 'entière' }],
      unreadable: 1,
    });
    serviceOf(node).takeIn(directory.sealedNotesFile, ring.notesKeys(), log.log);
    expect(serviceOf(node).countWaiting()).toBe(1);
    expect(existsSync(directory.sealedNotesFile)).toBe(true);
  });

  it('come in whole after one that a power cut tore', async () => {
    await using node = await openTestStore();
    const { directory, ring, log } = node;
    write(node, 'avant', 1);
    appendFileSync(directory.sealedNotesFile, Buffer.from([0, 0, 1, 0, 7]));
    write(node, 'après', 2);
    serviceOf(node).takeIn(directory.sealedNotesFile, ring.notesKeys(), log.log);
    const told = serviceOf(node)
      .waiting(nurse, { limit: 10 })
      .items.map(({ text }) => text);
    expect(told).toEqual(['avant', 'après']);
    expect(existsSync(directory.sealedNotesFile)).toBe(false);
  });

  it.each(['before', 'after'])('come in where a rotation was cut %s the database had its new key', async (when) => {
    await using node = await openTestStore();
    const { directory, log } = node;
    const next = node.ring.beginRotation(node.clock.now());
    if (when === 'after') rekeyDatabase(node.db, next);
    write(node, 'pendant ce temps', 1);
    await node.reopen();
    serviceOf(node).takeIn(directory.sealedNotesFile, node.ring.notesKeys(), log.log);
    expect(serviceOf(node).waiting(nurse, { limit: 10 }).items).toMatchObject([{ text: 'pendant ce temps' }]);
    expect(existsSync(directory.sealedNotesFile)).toBe(false);
  });

  it('are taken up once, and by whom is kept', async () => {
    await using node = await openTestStore();
    const { directory, ring, log } = node;
    write(node, 'une note', 1);
    const service = serviceOf(node);
    service.takeIn(directory.sealedNotesFile, ring.notesKeys(), log.log);
    const [note] = service.waiting(nurse, { limit: 10 }).items;
    expect(service.takeUp(nurse, String(note?.id))).toMatchObject({ takenUpBy: 'awa' });
    expect(() => service.takeUp(nurse, String(note?.id))).toThrow(expect.objectContaining({ code: 'SH-K183' }));
    expect(() => service.takeUp(nurse, 'nothing')).toThrow(expect.objectContaining({ code: 'SH-N181' }));
    expect(service.countWaiting()).toBe(0);
  });
});
