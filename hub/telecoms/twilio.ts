import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { failHub } from '../errors/hub-errors.ts';
import { type HubRoute, hubRoute } from '../people/hub-route.ts';
import { type AggregatorAccount, type AggregatorMessenger, postForm, type SendText } from './aggregator.ts';

/** Where its API answers, unless the configuration says otherwise. */
export const TWILIO_API = 'https://api.twilio.com';

/** Sends texts by Twilio (POST Accounts/{Sid}/Messages.json: form with basic authentication). */
export function twilioSender({ account, secret, number, apiUrl }: AggregatorAccount): SendText {
  const url = `${apiUrl}/2010-04-01/Accounts/${encodeURIComponent(account)}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${account}:${secret}`).toString('base64')}`;
  return async (to, text) => {
    await postForm(url, { authorization }, { To: to, From: number, Body: text });
  };
}

/** The signature of a request to us: HMAC-SHA1 under the auth token over the address and all fields by name, base64 (Twilio, "Webhooks security"). */
export function twilioSignature(token: string, url: string, fields: Readonly<Record<string, unknown>>): string {
  const text = Object.keys(fields)
    .sort()
    .map((name) => name + [...new Set([fields[name]].flat().map(String))].sort().join(name))
    .join('');
  return createHmac('sha1', token)
    .update(url + text, 'utf8')
    .digest('base64');
}

// New fields come without notice, and all of them are signed.
const incoming = z.looseObject({
  MessageSid: z.string().min(1).max(64),
  From: z.string().regex(/^\+\d{5,15}$/),
  Body: z.string().max(2000),
});

const PATH = '/telecoms/twilio/sms';

/** Where Twilio tells of a text that came; `publicUrl` is this API's address as Twilio calls it, which it signs. */
export function twilioRoute(
  messenger: AggregatorMessenger,
  { token, publicUrl }: { readonly token: string; readonly publicUrl: string },
): HubRoute {
  const url = `${publicUrl.replace(/\/+$/, '')}/api/v1${PATH}`;
  return hubRoute({
    method: 'post',
    path: PATH,
    policy: 'public',
    summary: 'SMS reçu par Twilio, signé de lui (X-Twilio-Signature)',
    tag: 'telecoms',
    body: incoming,
    bodyType: 'form',
    responses: { 200: { description: 'Pris' } },
    handler: ({ body, request }) => {
      const expected = Buffer.from(twilioSignature(token, url, body));
      const given = Buffer.from(request.get('x-twilio-signature') ?? '');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw failHub('SH-A340');
      messenger.received(body.MessageSid, { from: body.From, text: body.Body });
      return { body: '<Response/>', headers: { 'content-type': 'text/xml' } };
    },
  });
}
