/** What a service is given to run with. */
export type ServiceContext = {
  /** Aborts when the service is to stop. */
  readonly signal: AbortSignal;
  /** To be called once, when the service serves: the next one starts only then. */
  ready(): void;
};

/**
 * A thing with a life: a name and one function that runs until the signal aborts, calls `ready()` when serving,
 * resolves when everything it opened is closed, and throws if it is broken.
 */
export type Service = {
  readonly name: string;
  run(context: ServiceContext): Promise<void>;
};

/** Resolves when the signal aborts: the last line of a service that has nothing else to wait for. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
