import type { Messenger, ReceivedMessage } from '../telecoms/messenger.ts';

/** A messenger that keeps what was sent, and through which a test lets messages come. */
export type RecordingMessenger = Messenger & {
  readonly sent: { readonly to: string; readonly text: string }[];
  /** Lets a text come from a number. */
  readonly receive: (from: string, text: string) => void;
  /** From now on the network takes nothing, or takes again. */
  isDown: boolean;
};

/** A messenger that takes every text. */
export function recordingMessenger(): RecordingMessenger {
  const listeners = new Set<(message: ReceivedMessage) => void>();
  const messenger: RecordingMessenger = {
    sent: [],
    isDown: false,
    receive: (from, text) => {
      for (const listener of listeners) listener({ from, payload: { kind: 'text', text } });
    },
    send: async (to, payload) => {
      if (messenger.isDown) throw new Error('no network');
      messenger.sent.push({ to, text: payload.kind === 'text' ? payload.text : '' });
    },
    onReceived: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return messenger;
}
