/**
 * The topics of MQTT on a facility's LAN. There are no others:
 *
 * | topic | who publishes | who reads |
 * |---|---|---|
 * | `haggui/v1/<facility>/devices/<device>/<measure>` | that device | that device; staff who may read observations |
 * | `haggui/v1/<facility>/status` | the node | whoever is connected |
 *
 * Each level is 1 to 40 small letters, digits, `-` and `_`, and begins with a letter or digit.
 */
export const TOPIC_ROOT = 'haggui/v1';

/** What a level may be. */
export const TOPIC_LEVEL = /^[a-z0-9][a-z0-9_-]{0,39}$/;

/** What a topic is; `measure` and `device` are null where a subscription leaves them open. */
export type Topic =
  | { readonly kind: 'measure'; readonly device: string | null; readonly measure: string | null }
  | { readonly kind: 'status' };

/** Where a device publishes a measure. */
export function measureTopic(facility: string, device: string, measure: string): string {
  return `${TOPIC_ROOT}/${facility}/devices/${device}/${measure}`;
}

/** Where the node says that it is there; retained. */
export function statusTopic(facility: string): string {
  return `${TOPIC_ROOT}/${facility}/status`;
}

/** The topic of that facility that a text names; undefined for every other text, and for one that leaves anything open. */
export function readTopic(facility: string, text: string): Topic | undefined {
  const topic = readTopicFilter(facility, text);
  return topic?.kind === 'measure' && (topic.device === null || topic.measure === null) ? undefined : topic;
}

/** As {@link readTopic} for a subscription (MQTT 3.1.1 §4.7): `+` for the device or the measure, `#` for the measure, nothing wider. */
export function readTopicFilter(facility: string, text: string): Topic | undefined {
  if (text === statusTopic(facility)) return { kind: 'status' };
  const prefix = `${TOPIC_ROOT}/${facility}/devices/`;
  if (!text.startsWith(prefix)) return undefined;
  const [device = '', measure = '', ...more] = text.slice(prefix.length).split('/');
  const isDevice = device === '+' || TOPIC_LEVEL.test(device);
  const isMeasure = measure === '+' || measure === '#' || TOPIC_LEVEL.test(measure);
  if (more.length > 0 || !isDevice || !isMeasure) return undefined;
  const isOpen = (level: string): boolean => level === '+' || level === '#';
  return { kind: 'measure', device: isOpen(device) ? null : device, measure: isOpen(measure) ? null : measure };
}
