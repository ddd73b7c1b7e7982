import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SyncImportAnswer } from '@santehaggui/protocols/api/admin-api.ts';
import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { HubIdentity } from '@santehaggui/protocols/enrolment/enrolment.ts';
import { ChangesCodec, NEWEST_MODEL } from '@santehaggui/protocols/frames/codec/codec.ts';
import { ParcelWriter, parcelName } from '@santehaggui/protocols/frames/parcel.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';
import { FakeNode } from './fake-node.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

/** A node's first changes in a parcel for this hub, signed by whoever `signer` is. */
async function parcelOf(node: FakeNode, signer: FakeNode = node): Promise<Uint8Array> {
  const { sealKey } = (await hub.get('/identity')) as HubIdentity;
  const writer = new ParcelWriter(
    { direction: 'up', node: node.node, incarnation: 'a1a1a1a1a1a1', after: 0, createdMs: Date.now() },
    {
      ...{ key: new Uint8Array(randomBytes(32)), signKeys: signer.signKeys, codec: new ChangesCodec() },
      receiverSealKey: fromHex(sealKey),
    },
  );
  const changes = node.changesAfter(0, 10);
  return Buffer.concat([
    ...[writer.head(), writer.changes(changes, { model: NEWEST_MODEL, stampOf: () => undefined }), writer.end()],
  ]);
}

async function imported(node: FakeNode, file: Uint8Array): Promise<SyncImportAnswer & { readonly left: number }> {
  await using folder = await temporaryDirectory();
  writeFileSync(join(folder.path, parcelName({ facility: node.facility, direction: 'up', upTo: 1 })), file);
  const answer = await hub.operator<SyncImportAnswer>('POST', '/sync/import', { directory: folder.path });
  return { ...answer, left: readdirSync(folder.path).length };
}

describe('a stick whose files are of no node of this hub', () => {
  it('is refused, answered with nothing, and noted', async () => {
    const stranger = new FakeNode('cscom_nowhere');
    stranger.create('patient', { familyName: 'Traoré', givenName: 'Rokia' });
    const answer = await imported(stranger, await parcelOf(stranger));
    expect(answer.files).toMatchObject([{ result: 'refused', reason: 'unknown-sender', changes: 0 }]);
    expect(answer).toMatchObject({ written: [], left: 1 });
    const noted = async () => (await hub.admin.query('select carrier, code from hub.refusal')).rows;
    await expect.poll(noted).toEqual([{ carrier: 'usb', code: 'unknown-sender' }]);
  });

  it('is refused where it bears the number of one and was not signed by it', async () => {
    const node = await hub.enrolled('cscom_stick', { region: 'Stick' });
    const patient = node.create('patient', { familyName: 'Traoré', givenName: 'Rokia' });
    const forged = await imported(node, await parcelOf(node, new FakeNode('cscom_stick')));
    expect(forged.files).toMatchObject([{ result: 'refused', reason: 'forged', changes: 0 }]);
    const patients = async () => (await hub.admin.query('select id from cscom_stick.patient')).rows;
    expect(await patients()).toEqual([]);
    const own = await imported(node, await parcelOf(node));
    expect(own.files).toMatchObject([{ result: 'taken' }]);
    expect(own.written).toHaveLength(1);
    expect(await patients()).toEqual([{ id: patient }]);
  });
});
