import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ImportResult } from '@santehaggui/protocols/api/admin-api.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import { failCli } from '../cli-errors.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { Progress } from '../screen/progress.ts';
import { DemoDistrict, type DemoLink } from './demo-district.ts';
import { playDays } from './demo-play.ts';
import { districtReferrals } from './demo-referrals.ts';
import { type DemoResult, isWhole, nodeResult } from './demo-result.ts';
import { accessLines, summaryLines } from './demo-summary.ts';
import { syncDistrict, verifyDistrict } from './demo-sync.ts';
import { fhirFilesOf } from './fhir-files.ts';
import { importFiles } from './record-import.ts';

/** What `haggui demo` was asked for. */
export type DemoRequest = {
  /** End after the days, instead of keeping the district running. */
  readonly isOnce: boolean;
  readonly days: number;
  readonly seed: number;
  readonly link: DemoLink;
  readonly importDirectory?: string | undefined;
  readonly dataDirectory?: string | undefined;
};

/** Where files from elsewhere are entered. */
const IMPORT_FACILITY = 'cscom_sangha';

/**
 * How much faster the links' time runs than ours: a day of care is played in under a minute, and a link that is slower than
 * the day's acts would otherwise be asked to carry a day's work in seconds.
 */
const LINK_TIME_SCALE = 60;

type Workplace = AsyncDisposable & { readonly path: string };

/** A folder of one's own: a temporary one, removed at the end, or the one named, which must be empty (SH-K502) and is kept. */
async function openWorkplace(directory: string | undefined): Promise<Workplace> {
  if (directory === undefined) {
    const path = await mkdtemp(join(tmpdir(), 'haggui-demo-'));
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
  }
  const path = resolve(directory);
  const present = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw failCli('SH-K502', { why: path, cause: error });
  });
  if (present.length > 0) throw failCli('SH-K502', { why: path });
  return { path, [Symbol.asyncDispose]: async () => undefined };
}

async function importAt(
  district: DemoDistrict,
  files: readonly string[],
  onProgress: (phase: 'reading' | 'recording', done: number, total: number) => void,
): Promise<ImportResult> {
  const client = await district.node(IMPORT_FACILITY).signedIn();
  return importFiles(client, files, ({ phase, done, total }) => onProgress(phase, done, total));
}

/** Plays what was asked for in a district that is up, and gives what came of it. */
async function liveThrough(
  invocation: Invocation,
  district: DemoDistrict,
  request: DemoRequest & { readonly files: readonly string[]; readonly progress: Progress; readonly startedAt: number },
): Promise<DemoResult> {
  const { clock, text } = invocation;
  const { seed, days, link, files, progress } = request;
  const { MOPTI } = await import('@santehaggui/fixtures/district/mopti.ts');
  await playDays(district, {
    profile: MOPTI,
    seed,
    days,
    clock,
    onStep: (done, total) => progress.update(text('demo.playing', { total }), done, total),
    onRound: (day) => progress.update(text('demo.referring', { day, days })),
  });
  const imported =
    files.length === 0
      ? undefined
      : await importAt(district, files, (phase, done, total) => progress.update(text(`import.${phase}`), done, total));
  progress.update(text('demo.syncing'));
  await syncDistrict(district, clock);
  progress.update(text('demo.verifying'));
  const verifications = await verifyDistrict(district, clock);
  const lines = await district.facilityLines();
  const nodes = await Promise.all(
    district.nodes.map(async (node) => {
      const verification = verifications.get(node.code);
      if (verification === undefined) throw new TypeError(`${node.code} was not verified`);
      return nodeResult({
        status: await node.syncStatus(),
        verification,
        line: lines.find(({ code }) => code === node.code),
      });
    }),
  );
  return {
    ok: isWhole(nodes),
    days,
    seed,
    link,
    seconds: Math.round((clock.monotonic() - request.startedAt) / 100) / 10,
    nodes,
    referrals: await districtReferrals(district),
    sms: { sent: 0, received: 0, segments: 0 },
    alerts: [],
    ...(imported === undefined
      ? {}
      : { import: { files: imported.files, resources: imported.resources, refusals: imported.refusals } }),
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}

/** Shows the result while the district still runs, then waits for Ctrl-C or for a daemon to be lost (which is thrown). */
async function keepRunning(invocation: Invocation, district: DemoDistrict, result: DemoResult): Promise<void> {
  const lines = invocation.isJson
    ? [JSON.stringify(result)]
    : [...summaryLines(invocation, result), ...accessLines(invocation, district)];
  invocation.stdout.write(`${lines.join('\n')}\n`);
  await untilAborted(district.signal);
  district.lost.throwIfAborted();
  invocation.stderr.write(`\n${invocation.text('demo.stopping')}\n`);
}

/**
 * `haggui demo`: a district of real daemons on this machine lives through some days. Exit 1 when the hub does not hold
 * everything or a node does not verify. Whatever happens, every process is stopped before this returns or throws.
 */
export async function runDemo(invocation: Invocation, request: DemoRequest): Promise<Outcome> {
  const { clock, text, signal, root, environment } = invocation;
  const startedAt = clock.monotonic();
  const { importDirectory, seed, link } = request;
  const files = importDirectory === undefined ? [] : await fhirFilesOf([importDirectory]);
  const { MOPTI } = await import('@santehaggui/fixtures/district/mopti.ts');
  const progress = new Progress({ stream: invocation.stderr, paint: invocation.errorPaint, clock });
  await using workplace = await openWorkplace(request.dataDirectory);
  await using district = new DemoDistrict({
    district: MOPTI,
    seed,
    link,
    timeScale: LINK_TIME_SCALE,
    dataDirectory: workplace.path,
    root,
    environment,
    clock,
    signal,
    onProgress: (step, done, total) => progress.update(text(`demo.${step}`), done, total),
  });
  try {
    await district.start();
    const result = await liveThrough(invocation, district, { ...request, files, progress, startedAt });
    progress.stop();
    const exitCode = result.ok ? exitCodes.stopped : exitCodes.refused;
    if (request.isOnce) return { json: result, lines: summaryLines(invocation, result), exitCode };
    await keepRunning(invocation, district, result);
    return { json: undefined, lines: [], exitCode };
  } catch (error) {
    // What failed because a daemon was lost says little: the daemon's end says why.
    district.lost.throwIfAborted();
    if (!signal.aborted) for (const line of district.lastErrors) progress.note(invocation.errorPaint.dim(line));
    throw error;
  } finally {
    progress.stop();
  }
}
