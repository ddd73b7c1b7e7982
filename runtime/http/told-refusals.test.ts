import { describe, expect, it } from 'vitest';
import { failRuntime } from '../errors/runtime-errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { ToldRefusals } from './told-refusals.ts';

const opened = () => {
  const { log, lines } = recordingLog();
  const clock = new FakeClock();
  return { clock, lines, told: new ToldRefusals({ log, clock }) };
};
const request = { requestId: 'r1', address: '192.168.1.7', method: 'GET', route: '/api/v1/patients/:id' };

describe('refused requests', () => {
  it('are told once an hour for each address and code, with how many more there were', async () => {
    const { clock, lines, told } = opened();
    for (let index = 0; index < 1000; index++) told.note(request, failRuntime('SH-A002'));
    told.note({ ...request, address: '192.168.1.8' }, failRuntime('SH-A002'));
    told.note(request, failRuntime('SH-I001'));
    expect(lines()).toMatchObject([
      {
        level: 'warn',
        event: 'http.refused-request',
        code: 'SH-A002',
        status: 403,
        address: '192.168.1.7',
        route: request.route,
      },
      { code: 'SH-A002', address: '192.168.1.8' },
      { code: 'SH-I001', address: '192.168.1.7' },
    ]);
    await clock.advance(3600_000);
    told.note(request, failRuntime('SH-A002'));
    expect(lines().at(-1)).toMatchObject({ code: 'SH-A002', address: '192.168.1.7', alsoBefore: 999 });
  });

  it('of ever new addresses are told as those of others', () => {
    const { lines, told } = opened();
    for (let index = 0; index < 5000; index++)
      told.note({ ...request, address: `10.0.${index}` }, failRuntime('SH-A001'));
    expect(lines()).toHaveLength(257);
    expect(lines().at(-1)).toMatchObject({ address: 'others' });
  });
});
