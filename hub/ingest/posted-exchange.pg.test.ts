import { randomBytes } from 'node:crypto';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { LinkKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import { ChangesCodec, NEWEST_MODEL } from '@santehaggui/protocols/frames/codec/codec.ts';
import type { Message, NodeHello } from '@santehaggui/protocols/frames/messages.ts';
import { EXCHANGE_PATH, POSTED, packFrames, unpackFrames } from '@santehaggui/protocols/frames/posted-frames.ts';
import { LiveLane, laneContexts, openHello, sealHello } from '@santehaggui/protocols/frames/seal.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';
import type { FakeNode } from './fake-node.ts';

const PATIENT = { familyName: 'Traoré', givenName: 'Aminata', sex: 'female', birthDate: '1990-05-12' };

let hub: TestHub;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

/** One request as a node makes it. */
async function post(
  frames: readonly Uint8Array[],
  { session, waitSeconds = 0 }: { session?: string; waitSeconds?: number } = {},
) {
  const response = await fetch(`${hub.url}${EXCHANGE_PATH}`, {
    method: 'POST',
    body: Buffer.from(packFrames(frames)),
    headers: {
      'content-type': POSTED.contentType,
      ...(session === undefined ? {} : { [POSTED.sessionHeader]: session }),
      ...(waitSeconds === 0 ? {} : { prefer: `wait=${waitSeconds}` }),
    },
  });
  const body = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) return { status: response.status, code: JSON.parse(Buffer.from(body).toString()).code, frames: [] };
  return {
    status: response.status,
    session: response.headers.get(POSTED.sessionHeader) ?? '',
    frames: unpackFrames(body),
  };
}

/** Says HELLO; gives the conversation's name and its keys. */
async function greet(node: FakeNode): Promise<{ session: string; lane: LiveLane; first: readonly Message[] }> {
  const link = node.link as LinkKeys;
  const nonce = new Uint8Array(randomBytes(16));
  const { incarnation, lineage, feedReceived } = node;
  const hello: NodeHello = {
    kind: 'node-hello',
    nonce,
    lineage,
    feedReceived,
    wallMs: Date.now(),
    isClockTrusted: true,
    newestModel: NEWEST_MODEL,
    late: [],
  };
  const frame = sealHello({ node: node.node, incarnation, counter: randomBytes(2).readUInt16BE() }, hello, link.send);
  const { session = '', frames } = await post([frame]);
  const answer = openHello(frames[0] as Uint8Array, link.receive);
  if (answer.kind !== 'hub-hello') throw new TypeError('no HELLO of a hub');
  const hubIncarnation = toHex((frames[0] as Uint8Array).subarray(4, 10));
  const seed = { nodeIncarnation: incarnation, hubIncarnation, nodeNonce: nonce, hubNonce: answer.nonce };
  const { up, down } = laneContexts({ node: node.node, ...seed }, hello, answer);
  const lane = new LiveLane(link, seed, { codec: new ChangesCodec(), sending: up, receiving: down });
  return { session, lane, first: frames.slice(1).map((other) => lane.open(other)) };
}

function sealed(lane: LiveLane, node: FakeNode): Uint8Array {
  return lane.sealChanges(lane.prepare(node.changesAfter(0), { model: NEWEST_MODEL, stampOf: () => undefined }));
}

describe('the exchange by POST', () => {
  it('stores what is posted and gives the acknowledgement to the request that waits', async () => {
    const node = await hub.enrolled('posted_1', { region: 'Posted 1' });
    node.create('patient', PATIENT);
    const { session, lane } = await greet(node);
    const waiting = post([], { session, waitSeconds: 20 });
    const sent = await post([sealed(lane, node)], { session });
    expect(sent).toMatchObject({ status: 200, frames: [] });
    const [ack] = (await waiting).frames.map((frame) => lane.open(frame));
    expect(ack).toMatchObject({ kind: 'ack', upTo: 2, refused: [] });
    expect((await hub.facility('posted_1')).changes).toBe(2);
  });

  it('answers a request that waits as soon as another one waits, and loses nothing between them', async () => {
    const node = await hub.enrolled('posted_2', { region: 'Posted 2' });
    node.create('patient', PATIENT);
    const { session, lane, first } = await greet(node);
    const older = post([], { session, waitSeconds: 20 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const newer = post([], { session, waitSeconds: 20 });
    const before = (await older).frames;
    await post([sealed(lane, node)], { session });
    const messages = [...before, ...(await newer).frames].map((frame) => lane.open(frame));
    expect([...first, ...messages].map(({ kind }) => kind)).toContain('ack');
  });

  it('refuses a conversation that it does not know, frames that are cut, and a stranger’s HELLO', async () => {
    expect(await post([], { session: 'f'.repeat(32) })).toMatchObject({ status: 404, code: 'SH-N301' });
    expect(await post([Uint8Array.of(1, 2, 3)])).toMatchObject({ status: 404, code: 'SH-N301' });
    const response = await fetch(`${hub.url}${EXCHANGE_PATH}`, {
      method: 'POST',
      body: Buffer.from([0, 0, 0, 9, 1]),
      headers: { 'content-type': POSTED.contentType },
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'SH-I304' });
  });

  it('ends a conversation in which a frame was forged', async () => {
    const node = await hub.enrolled('posted_3', { region: 'Posted 3' });
    node.create('patient', PATIENT);
    const { session, lane } = await greet(node);
    const forged = sealed(lane, node);
    forged[5] = (forged[5] as number) ^ 1;
    await post([forged], { session });
    await expect.poll(async () => (await post([], { session })).status).toBe(404);
    expect((await hub.facility('posted_3')).changes).toBe(0);
  });
});
