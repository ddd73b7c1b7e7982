import { PassThrough } from 'node:stream';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { describe, expect, it } from 'vitest';
import { readInvocation } from '../invocation.ts';
import type { DemoResult } from './demo-result.ts';
import { summaryLines } from './demo-summary.ts';

const node = {
  facility: 'cscom_sangha',
  recordedChanges: 400,
  changesAtHub: 400,
  converged: true,
  digest: '00',
  bytesSent: 71_200,
  bytesReceived: 4300,
  exchanges: 2,
  quarantined: 0,
};

const result: DemoResult = {
  ok: true,
  days: 1,
  seed: 7,
  link: 'edge',
  seconds: 25.4,
  nodes: [node, { ...node, facility: 'cabinet_nando', recordedChanges: 100, changesAtHub: 100, bytesSent: 0 }],
  referrals: { sent: 7, delivered: 7, countered: 6, secondLevel: 1 },
  sms: { sent: 0, received: 0, segments: 0 },
  alerts: [],
};

function linesOf(shown: DemoResult, columns: number): string {
  const stdout = Object.assign(new PassThrough(), { columns });
  const invocation = readInvocation({
    argv: [],
    env: {},
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    signal: new AbortController().signal,
    clock: new FakeClock(),
    root: '/',
  });
  return summaryLines(invocation, shown).join('\n').replaceAll('\u00a0', ' ');
}

describe('the summary of a demonstration', () => {
  it('shows each facility with what it recorded, sent and proved, and the bytes of a change', () => {
    const text = linesOf(result, 120);
    expect(text).toMatch(/cscom_sangha +████████ +400 +400 +71 Ko +178 o +4,3 Ko +2 +✓ identique/);
    expect(text).toMatch(/cabinet_nando +██ +100 +100 +0 o +0 o/);
    expect(text).toContain('7 envoyées, 7 arrivées, 6 contre-référées, dont 1 au second niveau');
    expect(text).toContain('✓ Le hub détient tout');
  });

  it('keeps its table within eighty columns, without the bars', () => {
    const text = linesOf(result, 80);
    expect(text).not.toContain('█');
    const [header = '', , ...rows] = text.split('\n').slice(3, 7);
    expect(header).toContain('Par chgt');
    expect(Math.max(...[header, ...rows].map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says so when the hub lacks something', () => {
    const text = linesOf({ ...result, ok: false, nodes: [{ ...node, converged: false }] }, 120);
    expect(text).toContain('✗ différent');
    expect(text).toContain('✗ Le hub ne détient pas tout');
  });

  it('shows what was imported, and what was refused', () => {
    const counts = { read: 3, taken: 2, unchanged: 0, refused: 1, unsupported: 0 };
    const refusals = [{ file: 'a.json', path: 'entry[2]', reason: 'sans nom' }];
    const text = linesOf({ ...result, import: { files: 1, resources: { Patient: counts }, refusals } }, 120);
    expect(text).toMatch(/Patient +3 +2 +0 +1 +0/);
    expect(text).toContain('a.json entry[2] · sans nom');
  });
});
