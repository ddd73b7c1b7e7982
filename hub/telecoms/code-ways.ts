import type { SendCode } from '@santehaggui/runtime/codes/code-sender.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { SmsSettings } from './aggregator.ts';
import { type MailSettings, mailSender } from './mail.ts';
import { type WhatsAppSettings, whatsAppSender } from './whatsapp.ts';

/** What of the configuration says how codes are sent. */
export type CodeSettings = {
  readonly sms: SmsSettings;
  readonly whatsapp: WhatsAppSettings;
  readonly mail: MailSettings;
};

/** By what codes are sent to who reads reports: the messenger of short messages, WhatsApp, e-mail. Throws SH-C340 for what is configured by half. */
export function codeWays({ sms, whatsapp, mail }: CodeSettings, messenger: Messenger | undefined) {
  const bySms: SendCode | undefined =
    messenger === undefined ? undefined : (to, { text }) => messenger.send(to, { kind: 'text', text });
  return { sms: bySms, whatsapp: whatsAppSender(whatsapp, sms), email: mailSender(mail) };
}
