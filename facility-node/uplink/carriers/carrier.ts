/** What a carrier tells of a connection that it opened. `onClosed` is the last call. */
export type ConnectionListener = {
  readonly onFrame: (frame: Uint8Array) => void;
  readonly onClosed: (reason: string) => void;
};

/** A connection that is open, or was. */
export type Connection = {
  /** Sends a whole frame; what is sent after the connection has died is dropped. */
  send(frame: Uint8Array): void;
  /** Asks the other end for a sign of life: any answer is followed by `lastHeardMs()` moving on. */
  ping(): void;
  /** When the last byte came, on the monotonic clock. */
  lastHeardMs(): number;
  /** Ends the connection at once; `onClosed` follows. */
  close(reason: string): void;
  /** Bytes on the wire since it was opened, the opening itself and the framing included. */
  bytes(): { readonly sent: number; readonly received: number };
};

/** How a connection is asked for. */
export type ConnectOptions = {
  readonly hubUrl: string;
  readonly listener: ConnectionListener;
  readonly signal: AbortSignal;
  /** How long opening it may take. */
  readonly timeoutMs: number;
};

/** A way to carry whole frames to the hub and back, in order. */
export type Carrier = {
  /** As `sync status` names it. */
  readonly name: string;
  /** Opens a connection; rejects when that does not work. */
  connect(options: ConnectOptions): Promise<Connection>;
};
