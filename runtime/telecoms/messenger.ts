/** What a short message holds: 8-bit data for a port (3GPP TS 23.040 §9.2.3.24.4), at most 133 bytes, or a text. */
export type ShortPayload =
  | { readonly kind: 'data'; readonly port: number; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly text: string };

/** A short message that came. `from` in international form (E.164). */
export type ReceivedMessage = { readonly from: string; readonly payload: ShortPayload };

/** Whatever sends and receives short messages: a modem, or an aggregator. */
export type Messenger = {
  /** Resolves when the network has taken the message, which says nothing of its arrival; rejects when it has not. */
  readonly send: (to: string, payload: ShortPayload) => Promise<void>;
  /** Calls the listener with each message that comes; gives the function that ends this. */
  readonly onReceived: (listener: (message: ReceivedMessage) => void) => () => void;
};

/** The port of the exchange's messages, of those left to applications (3GPP TS 23.040 §9.2.3.24.4: 16000–16999). */
export const EXCHANGE_PORT = 16_422;
