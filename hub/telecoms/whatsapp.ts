import type { SendCode } from '@santehaggui/runtime/codes/code-sender.ts';
import { failHub } from '../errors/hub-errors.ts';
import { postForm, type SmsSettings } from './aggregator.ts';
import { TWILIO_API } from './twilio.ts';

/** The hub's slice of the configuration about WhatsApp; the account is Twilio's of the short messages. */
export type WhatsAppSettings = { readonly number: string | undefined; readonly template: string | undefined };

/**
 * Sends codes by WhatsApp through Twilio (POST Accounts/{Sid}/Messages.json, as for short messages, with `whatsapp:` before both numbers);
 * undefined where it is not configured. Out of the blue WhatsApp takes approved templates alone: `template` is its ContentSid, the code
 * its variable 1. Throws SH-C340 without an account of Twilio; a code that is not taken is SH-T340.
 */
export function whatsAppSender(
  { number, template }: WhatsAppSettings,
  { provider, account, secret, apiUrl }: SmsSettings,
): SendCode | undefined {
  if (number === undefined) return undefined;
  if (provider !== 'twilio' || account === undefined || secret === undefined)
    throw failHub('SH-C340', { why: 'sms.provider: twilio, sms.account, sms.secret' });
  const base = (apiUrl ?? TWILIO_API).replace(/\/+$/, '');
  const url = `${base}/2010-04-01/Accounts/${encodeURIComponent(account)}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${account}:${secret.reveal()}`).toString('base64')}`;
  return async (to, { code, text }) => {
    const content =
      template === undefined ? { Body: text } : { ContentSid: template, ContentVariables: JSON.stringify({ 1: code }) };
    await postForm(url, { authorization }, { To: `whatsapp:${to}`, From: `whatsapp:${number}`, ...content });
  };
}
