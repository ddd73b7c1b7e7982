import { confidential } from '@santehaggui/runtime/log/private.ts';
import type { ReceivedMessage } from '@santehaggui/runtime/telecoms/messenger.ts';
import { describe, expect, it } from 'vitest';
import { AggregatorMessenger, type SmsSettings } from './aggregator.ts';
import { openAggregator } from './open-aggregator.ts';
import { twilioSignature } from './twilio.ts';

const NOTHING: SmsSettings = {
  ...{ provider: 'none', account: undefined, secret: undefined, number: undefined },
  ...{ apiUrl: undefined, webhookKey: undefined, publicUrl: undefined },
};

describe('the signature of Twilio', () => {
  it('is that of its published example', () => {
    const fields = {
      ...{ To: '+18005551212', Digits: '1234', From: '+12349013030' },
      ...{ Caller: '+12349013030', CallSid: 'CA1234567890ABCDE' },
    };
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    expect(twilioSignature('12345', url, fields)).toBe('0/KCTR6DLpKmkAf8muzZqo1nDgQ=');
    expect(twilioSignature('12345', url, { ...fields, Digits: '1235' })).not.toBe('0/KCTR6DLpKmkAf8muzZqo1nDgQ=');
  });
});

describe('an aggregator', () => {
  it('is not opened where its secret would go in clear', () => {
    const settings = {
      ...NOTHING,
      provider: 'twilio',
      account: 'AC1',
      number: '+1',
      secret: confidential('s'),
    } as const;
    const publicUrl = 'https://hub.sante.ml';
    expect(() => openAggregator({ ...settings, publicUrl, apiUrl: 'http://sms.example' })).toThrow(
      expect.objectContaining({ code: 'SH-C318' }),
    );
    expect(openAggregator({ ...settings, publicUrl, apiUrl: 'http://127.0.0.1:9' })).toBeDefined();
  });

  it('hands each text on once, however often it is told, and carries nothing but texts', async () => {
    const sent: string[] = [];
    const messenger = new AggregatorMessenger((to, text) => Promise.resolve(void sent.push(`${to} ${text}`)));
    const received: ReceivedMessage[] = [];
    const stop = messenger.onReceived((message) => received.push(message));
    const message = { from: '+22376000001', text: 'SH1.AAAA' };
    expect([messenger.received('a', message), messenger.received('a', message)]).toEqual([true, false]);
    for (let index = 0; index < 5000; index++) messenger.received(`x${index}`, message);
    expect(received).toHaveLength(5001);
    stop();
    messenger.received('b', message);
    expect(received).toHaveLength(5001);
    await messenger.send('+22376000001', { kind: 'text', text: 'SH1.BBBB' });
    expect(sent).toEqual(['+22376000001 SH1.BBBB']);
    const data = { kind: 'data', port: 1, bytes: new Uint8Array(1) } as const;
    await expect(messenger.send('+22376000001', data)).rejects.toMatchObject({ code: 'SH-T340' });
  });

  it('is none unless it is configured, and says which setting is missing', () => {
    expect(openAggregator(NOTHING)).toBeUndefined();
    const account = { account: 'sante', secret: confidential('s'), number: '36000' };
    const missing = (settings: SmsSettings) => expect(() => openAggregator(settings));
    missing({ ...NOTHING, provider: 'twilio' }).toThrow(
      expect.objectContaining({ code: 'SH-C340', why: 'sms.account' }),
    );
    missing({ ...NOTHING, ...account, provider: 'twilio' }).toThrow(expect.objectContaining({ why: 'sms.publicUrl' }));
    missing({ ...NOTHING, ...account, provider: 'africastalking' }).toThrow(
      expect.objectContaining({ why: 'sms.webhookKey' }),
    );
    expect(
      openAggregator({ ...NOTHING, ...account, provider: 'twilio', publicUrl: 'https://hub' })?.routes,
    ).toHaveLength(1);
  });
});
