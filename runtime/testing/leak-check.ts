const count = (resources: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const resource of resources) counts.set(resource, (counts.get(resource) ?? 0) + 1);
  return counts;
};

// What Vitest itself and the console open and close as they like.
const ignored: ReadonlySet<string> = new Set([
  'MessagePort',
  'PipeWrap',
  'TTYWrap',
  'Immediate',
  'FSReqPromise',
  'FSReqCallback',
]);

/** Resources that keep a process alive and were not there at the start, as `TCPServerWrap ×2`. */
export type LeakCheck = { leaked(): Promise<readonly string[]> };

/**
 * Notes the sockets, servers, timers and child processes that are open now; `leaked()` tells those opened since and still
 * there after the handles being closed had a second to go: `expect(await check.leaked()).toEqual([])`.
 */
export const leakCheck = (): LeakCheck => {
  const before = count(process.getActiveResourcesInfo());
  const diff = (): readonly string[] =>
    [...count(process.getActiveResourcesInfo())].flatMap(([resource, now]) => {
      const more = now - (before.get(resource) ?? 0);
      return more > 0 && !ignored.has(resource) ? [`${resource} ×${more}`] : [];
    });
  return {
    leaked: async () => {
      // Up to a second: on a busy machine closing takes its time, and so do the test runner's own timers.
      for (let turn = 0; turn < 40 && diff().length > 0; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      return diff();
    },
  };
};
