import type { SendCode } from '@santehaggui/runtime/codes/code-sender.ts';
import { isLoopback } from '@santehaggui/runtime/http/loopback.ts';
import type { Private } from '@santehaggui/runtime/log/private.ts';
import { createTransport } from 'nodemailer';
import { failHub } from '../errors/hub-errors.ts';

/** The hub's slice of the configuration about e-mail. */
export type MailSettings = { readonly url: Private<string> | undefined; readonly from: string | undefined };

const ANSWER_MS = 15_000;

/**
 * Sends codes by e-mail over SMTP (RFC 5321), inside TLS but to this machine itself; undefined where it is not configured. Throws SH-C340
 * when something that it needs is missing or is no address of a mail server; a code that is not taken is SH-T340.
 */
export function mailSender({ url, from }: MailSettings): SendCode | undefined {
  if (url === undefined) return undefined;
  if (from === undefined) throw failHub('SH-C340', { why: 'mail.from' });
  const server = URL.parse(url.reveal().trim());
  if (server === null || !['smtp:', 'smtps:'].includes(server.protocol)) throw failHub('SH-C340', { why: 'mail.url' });
  const isSecure = server.protocol === 'smtps:';
  const isHere = isLoopback(server.hostname) || server.hostname === 'localhost';
  const transport = createTransport({
    ...{ host: server.hostname, port: Number(server.port || (isSecure ? 465 : 587)) },
    ...{ secure: isSecure, requireTLS: !isSecure && !isHere, ignoreTLS: isHere },
    ...(server.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(server.username), pass: decodeURIComponent(server.password) } }),
    ...{ connectionTimeout: ANSWER_MS, greetingTimeout: ANSWER_MS, socketTimeout: ANSWER_MS },
    // Nothing that a message names is opened or fetched.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return async (to, { text }) => {
    try {
      await transport.sendMail({ from, to, subject: 'Votre code SanteHaggui', text: `${text}\n` });
    } catch (cause) {
      throw failHub('SH-T340', { why: (cause as Error).message, cause });
    }
  };
}
