import { type Problem, toProblem } from '../errors/problem.ts';
import type { Answer, RouteContext } from './route.ts';

/** Is told how far a long work is: `done` of `total`, in whatever it counts. May be called as often as one likes. */
export type OnProgress = (done: number, total: number) => void;

/** A line of an answer that tells how far it is; the last is a result or a problem. */
export type ProgressEvent<Result> =
  | { readonly event: 'progress'; readonly done: number; readonly total: number }
  | { readonly event: 'result'; readonly result: Result }
  | { readonly event: 'problem'; readonly status: number; readonly problem: Problem };

/** NDJSON: a JSON value a line. */
export const PROGRESS_MEDIA_TYPE = 'application/x-ndjson';

/**
 * Answers with what a long work gives; to who accepts {@link PROGRESS_MEDIA_TYPE}, in lines: each hundredth that is done, then the
 * result. What fails before the first line is an ordinary problem, what fails later its last line.
 */
export async function answerWithProgress<Result>(
  { request, response, requestId, language }: ProgressContext,
  work: (onProgress: OnProgress) => Promise<Result>,
): Promise<Answer | undefined> {
  if (request.accepts(['application/json', PROGRESS_MEDIA_TYPE]) !== PROGRESS_MEDIA_TYPE)
    return { body: await work(() => {}) };
  const tell = (event: ProgressEvent<Result>): void => {
    if (!response.headersSent) response.status(200).type(PROGRESS_MEDIA_TYPE);
    response.write(`${JSON.stringify(event)}\n`);
  };
  let told = -1;
  try {
    const result = await work((done, total) => {
      const share = Math.floor((100 * done) / Math.max(1, total));
      if (share !== told) tell({ event: 'progress', done, total });
      told = share;
    });
    tell({ event: 'result', result });
  } catch (error) {
    if (!response.headersSent) throw error;
    const problem = toProblem(error, requestId, language);
    tell({ event: 'problem', status: problem.status, problem });
  }
  response.end();
  return undefined;
}

type ProgressContext = Pick<
  RouteContext<unknown, unknown, unknown, unknown>,
  'request' | 'response' | 'requestId' | 'language'
>;
