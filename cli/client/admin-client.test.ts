import { once } from 'node:events';
import { join } from 'node:path';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { createHttpApp } from '@santehaggui/runtime/http/http-app.ts';
import { answerWithProgress, type OnProgress } from '@santehaggui/runtime/http/progress-answer.ts';
import { routeMaker } from '@santehaggui/runtime/http/route.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { describe, expect, it } from 'vitest';
import { createAdminClient } from './admin-client.ts';

const route = routeMaker<'operator', 'operator'>();

/** A daemon whose one route does this. */
async function daemonThat(work: (onProgress: OnProgress) => Promise<unknown>) {
  const directory = await temporaryDirectory();
  const summary = 'lasts';
  const app = createHttpApp<'operator', 'operator'>({
    ...{ log: recordingLog().log, clock: new FakeClock(), maxBodyBytes: 1000, basePath: '/v1' },
    authorise: async () => 'operator' as const,
    routes: [
      route({
        ...{ method: 'post', path: '/long', policy: 'operator', summary },
        handler: (asked) => answerWithProgress(asked, work),
      }),
    ],
  });
  const server = app.listen(join(directory.path, 'admin.sock'));
  await once(server, 'listening');
  return {
    client: createAdminClient({ dataDirectory: directory.path, language: 'en' }),
    [Symbol.asyncDispose]: async () => {
      server.close();
      await directory.remove();
    },
  };
}

describe('a long work of a daemon', () => {
  it('tells each hundredth once, then gives its result; to who asks as usual the result alone', async () => {
    await using daemon = await daemonThat(async (onProgress) => {
      for (let done = 0; done <= 1000; done++) onProgress(done, 1000);
      return { files: 3 };
    });
    const told: number[] = [];
    const result = await daemon.client.postLong('/long', {}, (done, total) => told.push(done / total));
    expect(result).toEqual({ files: 3 });
    expect(told).toHaveLength(101);
    expect(told.at(-1)).toBe(1);
    expect(await daemon.client.post('/long', { body: {} })).toEqual({ files: 3 });
  });

  it('that fails says why, before its first word and after it', async () => {
    for (const steps of [0, 2]) {
      await using daemon = await daemonThat(async (onProgress) => {
        for (let done = 0; done < steps; done++) onProgress(done, 10);
        throw failRuntime('SH-I003', { why: 'no space left on device' });
      });
      await expect(daemon.client.postLong('/long', {}, () => {})).rejects.toMatchObject({
        code: 'SH-I003',
        why: 'no space left on device',
      });
    }
  });
});
