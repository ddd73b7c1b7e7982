/** A point of a signature; the pad is {@link PAD_WIDTH} × {@link PAD_HEIGHT}, from the upper left. */
export type SignaturePoint = { readonly x: number; readonly y: number };

/** What was drawn without lifting the finger. */
export type SignatureStroke = readonly SignaturePoint[];

/** The pad that signatures are drawn on, in its own units. */
export const PAD_WIDTH = 255;
export const PAD_HEIGHT = 127;

/** The most characters of a consent's evidence. */
export const MAX_EVIDENCE_CHARACTERS = 2048;

const PREFIX = 's1:';
/** Shorter than this, all strokes together, is a dot and no name. */
const LEAST_LENGTH = 80;

/**
 * The strokes of a signature, `s1:` and base64url of: for each stroke the count of its points, the first as x and y, the others as
 * steps of −128…127. Undefined for anything else, for what is too long, and for a dot.
 */
export function readSignature(evidence: string): readonly SignatureStroke[] | undefined {
  if (!evidence.startsWith(PREFIX) || evidence.length > MAX_EVIDENCE_CHARACTERS) return undefined;
  const body = evidence.slice(PREFIX.length);
  if (!/^[\w-]+$/.test(body)) return undefined;
  const bytes = Buffer.from(body, 'base64url');
  const strokes: SignatureStroke[] = [];
  let at = 0;
  while (at < bytes.length) {
    const count = bytes[at++] as number;
    if (count === 0 || at + 2 * count > bytes.length) return undefined;
    const stroke: SignaturePoint[] = [];
    let [x, y] = [0, 0];
    for (let point = 0; point < count; point++, at += 2) {
      x = point === 0 ? bytes.readUInt8(at) : x + bytes.readInt8(at);
      y = point === 0 ? bytes.readUInt8(at + 1) : y + bytes.readInt8(at + 1);
      if (x < 0 || x > PAD_WIDTH || y < 0 || y > PAD_HEIGHT) return undefined;
      stroke.push({ x, y });
    }
    strokes.push(stroke);
  }
  return lengthOf(strokes) >= LEAST_LENGTH ? strokes : undefined;
}

/** The text of {@link readSignature} for strokes on the pad; steps beyond 127 are cut in two. Throws a RangeError off the pad. */
export function writeSignature(strokes: readonly SignatureStroke[]): string {
  const bytes: number[] = [];
  for (const stroke of strokes) {
    const points = stroke.flatMap((point, index) => withMiddle(stroke[index - 1], point));
    for (let from = 0; from < points.length; from += 255) {
      const part = points.slice(from, from + 255);
      bytes.push(part.length);
      part.forEach(({ x, y }, index) => {
        if (x < 0 || x > PAD_WIDTH || y < 0 || y > PAD_HEIGHT) throw new RangeError('off the pad');
        const before = index === 0 ? { x: 0, y: 0 } : (part[index - 1] as SignaturePoint);
        bytes.push((x - before.x) & 0xff, (y - before.y) & 0xff);
      });
    }
  }
  return `${PREFIX}${Buffer.from(bytes).toString('base64url')}`;
}

/** The strokes as the `d` of an SVG path. */
export function signaturePath(strokes: readonly SignatureStroke[]): string {
  return strokes
    .map((stroke) => stroke.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join(''))
    .join('');
}

function withMiddle(before: SignaturePoint | undefined, point: SignaturePoint): readonly SignaturePoint[] {
  if (before === undefined || Math.abs(point.x - before.x) <= 127) return [point];
  return [{ x: (before.x + point.x) >> 1, y: (before.y + point.y) >> 1 }, point];
}

function lengthOf(strokes: readonly SignatureStroke[]): number {
  let length = 0;
  for (const stroke of strokes) {
    for (let index = 1; index < stroke.length; index++) {
      const [from, to] = [stroke[index - 1] as SignaturePoint, stroke[index] as SignaturePoint];
      length += Math.hypot(to.x - from.x, to.y - from.y);
    }
  }
  return length;
}
