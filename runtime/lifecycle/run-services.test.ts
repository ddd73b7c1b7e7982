import { describe, expect, it } from 'vitest';
import { failRuntime } from '../errors/runtime-errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { backoff } from '../time/backoff.ts';
import { runServices } from './run-services.ts';
import { aborted, type Service } from './service.ts';
import { withRestart } from './with-restart.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

const stage = () => {
  const acts: string[] = [];
  const service = (name: string, change: Partial<Service> = {}): Service => ({
    name,
    run: async ({ signal, ready }) => {
      acts.push(`start ${name}`);
      await turn();
      ready();
      await aborted(signal);
      await turn();
      acts.push(`stop ${name}`);
    },
    ...change,
  });
  return { acts, service, ...recordingLog() };
};

describe('runServices', () => {
  it('starts each service after the one before is ready, and stops them in reverse', async () => {
    const { acts, service, log } = stage();
    const controller = new AbortController();
    await runServices([service('store'), service('lan'), service('uplink')], {
      log,
      signal: controller.signal,
      ready: () => {
        acts.push('serving');
        controller.abort();
      },
    });
    expect(acts).toEqual([
      'start store',
      'start lan',
      'start uplink',
      'serving',
      'stop uplink',
      'stop lan',
      'stop store',
    ]);
  });

  it('rolls back what had started when a start fails, and throws the error of that start', async () => {
    const { acts, service, log } = stage();
    const refusal = failRuntime('SH-K001');
    const broken = service('lan', { run: () => Promise.reject(refusal) });
    await expect(runServices([service('store'), broken, service('never')], { log })).rejects.toBe(refusal);
    expect(acts).toEqual(['start store', 'stop store']);
  });

  it('names the service whose start failed for a reason that is not ours', async () => {
    const { service, log } = stage();
    const cause = new RangeError('oops');
    const broken = service('lan', { run: () => Promise.reject(cause) });
    await expect(runServices([broken], { log })).rejects.toMatchObject({
      code: 'SH-F007',
      message: 'Le service « lan » s’est arrêté',
      cause,
    });
  });

  it.each([
    ['throws', () => Promise.reject(new Error('disk gone'))],
    ['throws one of our errors', () => Promise.reject(failRuntime('SH-T003'))],
    ['ends without being asked', () => Promise.resolve()],
  ])('stops everything and rejects when a serving service %s', async (_, die) => {
    const { acts, service, log } = stage();
    const dying = service('dying', {
      run: async ({ ready }) => {
        ready();
        await turn();
        await turn();
        await turn();
        await die();
      },
    });
    await expect(runServices([service('store'), dying, service('lan')], { log })).rejects.toMatchObject({
      code: 'SH-F007',
    });
    expect(acts).toEqual(['start store', 'start lan', 'stop lan', 'stop store']);
  });

  it('notices a death while a later service is still starting', async () => {
    const { acts, service, log } = stage();
    const dying = service('dying', {
      run: async ({ ready }) => {
        ready();
        await turn();
        throw new Error('gone');
      },
    });
    const slow = service('slow', { run: ({ signal }) => aborted(signal) });
    await expect(runServices([dying, slow], { log })).rejects.toMatchObject({
      message: 'Le service « dying » s’est arrêté',
    });
    expect(acts).toEqual([]);
  });

  it('stops in the middle of the start when asked to', async () => {
    const { acts, service, log } = stage();
    const controller = new AbortController();
    const slow = service('slow', {
      run: async ({ signal }) => {
        controller.abort();
        await aborted(signal);
        acts.push('stop slow');
      },
    });
    await runServices([service('store'), slow, service('never')], { log, signal: controller.signal });
    expect(acts).toEqual(['start store', 'stop slow', 'stop store']);
    await runServices([service('never')], { log, signal: controller.signal });
    expect(acts).not.toContain('start never');
  });

  it('goes on stopping the others when one fails to stop', async () => {
    const { acts, service, log, events } = stage();
    const controller = new AbortController();
    const stuck = service('stuck', {
      run: async ({ signal, ready }) => {
        ready();
        await aborted(signal);
        throw new Error('cannot close');
      },
    });
    const impatient = service('impatient', {
      run: async ({ signal, ready }) => {
        ready();
        await aborted(signal);
        signal.throwIfAborted();
      },
    });
    const services = [service('store'), stuck, impatient];
    await runServices(services, { log, signal: controller.signal, ready: () => controller.abort() });
    expect(acts).toContain('stop store');
    expect(events().filter((event) => event === 'service.stop-failed')).toHaveLength(1);
  });
});

describe('withRestart', () => {
  const options = (log: ReturnType<typeof recordingLog>['log'], clock: FakeClock) => ({
    log,
    clock,
    backoff: backoff({ initialMs: 100, maxMs: 10_000 }, () => 0.999),
  });

  it('starts the service again after each failure, waiting longer each time and less once it has served', async () => {
    const { log, lines } = recordingLog();
    const clock = new FakeClock();
    const starts: number[] = [];
    const modem: Service = {
      name: 'modem',
      run: async ({ ready }) => {
        starts.push(clock.monotonic());
        if (starts.length === 3) ready();
        if (starts.length !== 4) throw new Error('no carrier');
      },
    };
    const controller = new AbortController();
    const running = runServices([withRestart(modem, options(log, clock))], { log, signal: controller.signal });
    await clock.advance(600);
    controller.abort();
    await running;
    expect(starts).toEqual([0, 99, 298, 397, 596]);
    expect(
      lines()
        .filter(({ event }) => event === 'service.failed')
        .map(({ retryInMs }) => retryInMs),
    ).toEqual([99, 199, 99, 199, 399]);
    expect(clock.sleeping).toBe(0);
  });

  it('does not keep the others from starting, and ends with its service when asked', async () => {
    const { acts, service, log } = stage();
    const controller = new AbortController();
    const late = service('late', {
      run: async ({ signal }) => {
        await aborted(signal);
        acts.push('stop late');
      },
    });
    const services = [withRestart(late, options(log, new FakeClock())), service('lan')];
    await runServices(services, { log, signal: controller.signal, ready: () => controller.abort() });
    expect(acts).toEqual(['start lan', 'stop lan', 'stop late']);
  });
});
