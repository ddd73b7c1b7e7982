import { readFileSync, statSync } from 'node:fs';
import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { fingerprintWords } from '@santehaggui/protocols/crypto/fingerprint.ts';
import { describe, expect, it } from 'vitest';
import { IdentityKeeper } from '../store/node-identity.ts';
import { FakeHub } from './carriers/https/fake-hub.ts';
import { openTestUplink } from './testing/test-uplink.ts';

describe('EnrolmentClient', () => {
  it('joins the hub that the token names and gives the words that the hub shows too', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    const answer = await node.enrolment.enrol({ hubUrl: `${hub.url}/`, token: hub.token('cscom_sangha') });
    const nodeKey = fromHex(hub.enrolled?.signKey ?? '');
    expect(answer.fingerprintWords).toEqual(fingerprintWords(fromHex(hub.identity.signKey), nodeKey));
    expect(hub.enrolled).toMatchObject({ node: node.identity.current().node, secret: 'ab'.repeat(16) });
    const again = new IdentityKeeper(node.node.directory).current();
    expect(again.hub).toMatchObject({ url: hub.url, region: 'Mopti', fingerprintWords: answer.fingerprintWords });
    expect(statSync(node.node.directory.identityFile).mode & 0o777).toBe(0o600);
  });

  it('tells nothing to a hub that the token does not name', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    const token = hub.token('cscom_sangha').replace(/^SH1\.[0-9a-f]{4}/, 'SH1.0000');
    await expect(node.enrolment.enrol({ hubUrl: hub.url, token })).rejects.toMatchObject({ code: 'SH-A110' });
    expect(hub.enrolled).toBeUndefined();
  });

  it('does not believe an answer that the hub has not signed', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    hub.faults.isForger = true;
    const token = hub.token('cscom_sangha');
    await expect(node.enrolment.enrol({ hubUrl: hub.url, token })).rejects.toMatchObject({ code: 'SH-A111' });
    expect(JSON.parse(readFileSync(node.node.directory.identityFile, 'utf8'))).toMatchObject({ hub: null });
  });

  it('refuses what is no token, a token of another facility and one that is too old', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    const enrol = (token: string) => node.enrolment.enrol({ hubUrl: hub.url, token });
    await expect(enrol('SH1.nonsense')).rejects.toMatchObject({ code: 'SH-I110' });
    await expect(enrol(hub.token('csref_djenne'))).rejects.toMatchObject({ code: 'SH-I111' });
    await expect(enrol(hub.token('cscom_sangha', 1_600_000_000))).rejects.toMatchObject({ code: 'SH-I112' });
    expect(hub.enrolled).toBeUndefined();
  });

  it('asks no hub on another machine in clear', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    const asked = node.enrolment.enrol({ hubUrl: 'http://hub.sante.ml:8700', token: hub.token('cscom_sangha') });
    await expect(asked).rejects.toMatchObject({ code: 'SH-I113' });
  });

  it('says when nobody answers at the address', async () => {
    await using node = await openTestUplink();
    const hub = await FakeHub.start();
    const { url } = hub;
    const token = hub.token('cscom_sangha');
    await hub[Symbol.asyncDispose]();
    await expect(node.enrolment.enrol({ hubUrl: url, token })).rejects.toMatchObject({ code: 'SH-T110' });
  });
});
