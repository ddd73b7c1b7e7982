import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '@santehaggui/protocols/crypto/hash.ts';
import { z } from 'zod';
import { failHub } from '../errors/hub-errors.ts';
import { type HubRoute, hubRoute } from '../people/hub-route.ts';
import { type AggregatorAccount, type AggregatorMessenger, postForm, type SendText } from './aggregator.ts';

/** Where its API answers, unless the configuration says otherwise. */
export const AFRICAS_TALKING_API = 'https://api.africastalking.com';

const sendAnswer = z.object({
  SMSMessageData: z.object({
    Recipients: z.array(z.object({ statusCode: z.number(), status: z.string() })),
  }),
});

/** Processed, sent, queued: what its API calls taken. */
const TAKEN_CODES = [100, 101, 102];

/** Sends texts by Africa's Talking (POST /version1/messaging: form with header `apiKey`, JSON back). */
export function africasTalkingSender({ account, secret, number, apiUrl }: AggregatorAccount): SendText {
  return async (to, message) => {
    const form = { username: account, to, message, from: number };
    const answer = sendAnswer.safeParse(await postForm(`${apiUrl}/version1/messaging`, { apiKey: secret }, form));
    const recipient = answer.data?.SMSMessageData.Recipients[0];
    if (recipient === undefined || !TAKEN_CODES.includes(recipient.statusCode))
      throw failHub('SH-T340', { why: recipient?.status ?? 'no recipient' });
  };
}

const incoming = z.object({
  id: z.string().min(1).max(100),
  from: z.string().regex(/^\+?\d{5,15}$/),
  to: z.string().max(20),
  text: z.string().max(2000),
});

/**
 * Where Africa's Talking tells of a text that came. It signs nothing: what proves that it is it is a key in the address, which only it was
 * told. The sender's number is believed for nothing but where to send the answer: what a frame says, its seal proves.
 */
export function africasTalkingRoute(messenger: AggregatorMessenger, webhookKey: string): HubRoute {
  return hubRoute({
    method: 'post',
    path: '/telecoms/africastalking/sms',
    policy: 'public',
    summary: 'SMS reçu par Africa’s Talking ; la clé de l’adresse prouve que c’est lui',
    tag: 'telecoms',
    query: z.object({ key: z.string().max(200) }),
    body: incoming,
    bodyType: 'form',
    responses: { 200: { description: 'Pris' } },
    handler: ({ query, body }) => {
      if (!isSame(query.key, webhookKey)) throw failHub('SH-A340');
      messenger.received(body.id, { from: body.from.startsWith('+') ? body.from : `+${body.from}`, text: body.text });
      return { body: '', headers: { 'content-type': 'text/plain' } };
    },
  });
}

/** Compared by their hashes: neither length nor place of the first difference shows in the time it takes. */
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(sha256(Buffer.from(left)), sha256(Buffer.from(right)));
}
