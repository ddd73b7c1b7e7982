import { describe, expect, it } from 'vitest';
import { recordingLog } from '../testing/recording-log.ts';
import { systemClock } from '../time/clock.ts';
import { type Refusal, RefusedFrames } from './refused-frames.ts';

function refusals(recordRefusal?: (refusal: Refusal) => void) {
  const recorded: Refusal[] = [];
  const log = recordingLog();
  let nowMs = 0;
  const clock = { ...systemClock, monotonic: () => nowMs };
  const frames = new RefusedFrames({
    clock,
    log: log.log,
    recordRefusal: recordRefusal ?? ((one) => void recorded.push(one)),
  });
  return { frames, recorded, log, later: (ms: number) => (nowMs += ms) };
}

const FORGED: Refusal = { carrier: 'sms', source: '+22370000001', code: 'forged' };

describe('refused frames', () => {
  it('are recorded once for each source and hour', () => {
    const { frames, recorded, later } = refusals();
    for (let time = 0; time < 5; time++) frames.note(FORGED);
    frames.note({ ...FORGED, code: 'malformed' });
    expect(recorded).toEqual([FORGED]);
    frames.note({ ...FORGED, carrier: 'usb' });
    frames.note({ ...FORGED, source: '+22370000002' });
    expect(recorded).toHaveLength(3);
    later(3_599_999);
    frames.note(FORGED);
    expect(recorded).toHaveLength(3);
    later(1);
    frames.note(FORGED);
    expect(recorded).toHaveLength(4);
  });

  it('from ever new sources become one entry, while known sources stay quiet', () => {
    const { frames, recorded } = refusals();
    for (let sender = 0; sender < 1000; sender++) frames.note({ ...FORGED, source: `+223${sender}` });
    frames.note({ ...FORGED, source: '+2230' });
    expect(recorded).toHaveLength(257);
    expect(recorded.at(-1)?.source).toBe('others');
  });

  it('are logged without their source, and a failing audit trail stops nobody', () => {
    const { frames, log } = refusals(() => {
      throw new Error('disk full');
    });
    frames.note(FORGED);
    expect(log.lines().map(({ event }) => event)).toEqual(['frame.refused', 'frame.refusal-not-recorded']);
    expect(JSON.stringify(log.lines())).not.toContain(FORGED.source);
  });
});
