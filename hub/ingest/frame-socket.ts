/** The wire under a session: whole frames, in order. */
export type FrameSocket = {
  /** The address of the other end. */
  readonly from: string;
  send(frame: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Stops and goes on reading. */
  pause(): void;
  resume(): void;
};
