import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureTopic, readTopic, readTopicFilter, statusTopic, TOPIC_LEVEL } from './topics.ts';

const FACILITY = 'cscom_sangha';
const level = fc.stringMatching(TOPIC_LEVEL);

describe('topics of the LAN', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(level, level, (device, measure) => {
        const topic = measureTopic(FACILITY, device, measure);
        expect(readTopic(FACILITY, topic)).toEqual({ kind: 'measure', device, measure });
        expect(readTopic('csref_djenne', topic)).toBeUndefined();
      }),
    );
    expect(readTopic(FACILITY, statusTopic(FACILITY))).toEqual({ kind: 'status' });
  });

  it('leave a device or a measure open for a subscription alone, and nothing else ever', () => {
    const open = { kind: 'measure', device: null, measure: null };
    expect(readTopicFilter(FACILITY, measureTopic(FACILITY, '+', '+'))).toEqual(open);
    expect(readTopicFilter(FACILITY, measureTopic(FACILITY, 'frigo', '#'))).toEqual({ ...open, device: 'frigo' });
    expect(readTopic(FACILITY, measureTopic(FACILITY, 'frigo', '+'))).toBeUndefined();
    const strange = ['#', '+', '$SYS/#', `$share/g/${statusTopic(FACILITY)}`, 'haggui/v1/+/devices/frigo/t'];
    const near = ['/t/x', '/', '', '/T', '/é', '/t '].map((end) => `haggui/v1/${FACILITY}/devices/frigo${end}`);
    for (const text of [...strange, ...near, `haggui/v1/${FACILITY}/#`, `haggui/v1/${FACILITY}/devices/#`])
      expect([text, readTopicFilter(FACILITY, text)]).toEqual([text, undefined]);
  });
});
