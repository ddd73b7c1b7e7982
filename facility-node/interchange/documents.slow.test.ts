import { createHash } from 'node:crypto';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import { describe, expect, it } from 'vitest';
import { AttachmentStore } from '../store/attachment-store.ts';
import { openTestStore } from '../store/testing/test-store.ts';
import { bundle, exported, importFiles, NURSE, rows } from './testing/imported-files.ts';

const PATIENT = { resourceType: 'Patient', id: 'p1', name: [{ family: 'Traoré', given: ['Awa'] }] };
const TEXT = Buffer.from('Compte rendu : plaie propre, à revoir.\n');
const document = (attachment: object, more: object = {}) => ({
  resourceType: 'DocumentReference',
  id: 'd1',
  status: 'current',
  type: { coding: [{ system: 'http://loinc.org', code: '34117-2' }] },
  subject: { reference: 'Patient/p1' },
  date: '2026-11-20T08:00:00Z',
  content: [{ attachment, format: { system: 'http://ihe.net/fhir', code: 'urn:ihe:iti:xds:2017:mimeTypeSufficient' } }],
  ...more,
});
const INLINE = { contentType: 'text/plain; charset=utf-8', data: TEXT.toString('base64'), title: 'Compte rendu' };

describe('a document of another system', () => {
  it('brings its content, which comes back equal and stands in no journal', async () => {
    await using node = await openTestStore();
    const came = [PATIENT, document(INLINE)];
    const { resources, refusals } = await importFiles(node, { 'd.json': bundle(...came) });
    expect(refusals).toEqual([]);
    expect(resources.DocumentReference).toMatchObject({ read: 1, taken: 1 });
    const [row] = rows(node, 'document_reference');
    const hash = createHash('sha256').update(TEXT).digest('hex');
    expect(row).toMatchObject({ title: 'Compte rendu', size: TEXT.length, hash, content_type: INLINE.contentType });
    expect(String(row?.source)).not.toContain(INLINE.data);
    const attachments = new AttachmentStore(node.store);
    expect(Buffer.compare(attachments.part(String(row?.id), 0, 1000), TEXT)).toBe(0);
    expect(await exported(node)).toEqual(came);
    const again = await importFiles(node, { 'd.json': bundle(...came) });
    expect(again.resources.DocumentReference).toMatchObject({ taken: 0, unchanged: 1 });
  });

  it('is taken without content where it names one elsewhere, and refused with its file where it is not what it says', async () => {
    await using node = await openTestStore();
    const elsewhere = document({ contentType: 'application/pdf', url: 'http://pacs.example/1' }, { id: 'd2' });
    expect(
      (await importFiles(node, { 'u.json': bundle(PATIENT, elsewhere) })).resources.DocumentReference,
    ).toMatchObject({
      taken: 1,
    });
    expect(await exported(node)).toEqual([PATIENT, elsewhere]);
    for (const [name, attachment] of [
      ['html', { contentType: 'text/html', data: Buffer.from('<p>').toString('base64') }],
      ['liar', { contentType: 'image/png', data: INLINE.data }],
      ['text', { contentType: 'text/plain', data: 'pas du base64 !' }],
    ] as const) {
      const { refusals } = await importFiles(node, { [`${name}.json`]: bundle(document(attachment, { id: name })) });
      expect(refusals, name).toMatchObject([{ path: expect.stringContaining('content[0].attachment') }]);
    }
  });

  it('made here goes out with its content and size', async () => {
    await using node = await openTestStore();
    await importFiles(node, { 'p.json': PATIENT });
    const { store } = node;
    const attachments = new AttachmentStore(store);
    const hash = createHash('sha256').update(TEXT).digest('hex');
    store.transact(NURSE, (tx) => {
      const id = tx.create(documentReference, {
        ...{ patient: String(rows(node, 'patient')[0]?.id), title: 'Note', status: 'current' },
        ...{ contentType: 'text/plain', size: TEXT.length, hash },
      });
      attachments.add(id, { hash, bytes: TEXT });
    });
    const [, made] = await exported(node);
    expect(made).toMatchObject({
      resourceType: 'DocumentReference',
      content: [{ attachment: { contentType: 'text/plain', title: 'Note', size: TEXT.length, data: INLINE.data } }],
    });
  });
});
