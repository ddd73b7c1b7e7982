import { isClearUrl } from '@santehaggui/runtime/http/clear-text.ts';
import { failHub } from '../errors/hub-errors.ts';
import { failTransport } from '../errors/transport-errors.ts';
import type { HubRoute } from '../people/hub-route.ts';
import { AFRICAS_TALKING_API, africasTalkingRoute, africasTalkingSender } from './africas-talking.ts';
import { type AggregatorAccount, AggregatorMessenger, type SmsSettings } from './aggregator.ts';
import { TWILIO_API, twilioRoute, twilioSender } from './twilio.ts';

/** The aggregator that is configured: what sends and receives, and the routes by which it tells of what came. */
export type OpenedAggregator = { readonly messenger: AggregatorMessenger; readonly routes: readonly HubRoute[] };

/** Opens the aggregator that is configured; undefined when there is none. Throws SH-C340 when something that it needs is missing, SH-C318 for an API in clear. */
export function openAggregator(settings: SmsSettings): OpenedAggregator | undefined {
  const { provider } = settings;
  if (provider === 'none') return undefined;
  if (provider === 'twilio') {
    const account = accountOf(settings, TWILIO_API);
    const messenger = new AggregatorMessenger(twilioSender(account));
    const publicUrl = given(settings.publicUrl, 'sms.publicUrl');
    return { messenger, routes: [twilioRoute(messenger, { token: account.secret, publicUrl })] };
  }
  const messenger = new AggregatorMessenger(africasTalkingSender(accountOf(settings, AFRICAS_TALKING_API)));
  const webhookKey = given(settings.webhookKey, 'sms.webhookKey').reveal();
  return { messenger, routes: [africasTalkingRoute(messenger, webhookKey)] };
}

function accountOf({ account, secret, number, apiUrl }: SmsSettings, defaultApiUrl: string): AggregatorAccount {
  if (apiUrl !== undefined && isClearUrl(apiUrl)) throw failTransport('SH-C318', { why: 'sms.apiUrl' });
  return {
    account: given(account, 'sms.account'),
    secret: given(secret, 'sms.secret').reveal(),
    number: given(number, 'sms.number'),
    apiUrl: (apiUrl ?? defaultApiUrl).replace(/\/+$/, ''),
  };
}

function given<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw failHub('SH-C340', { why: name });
  return value;
}
