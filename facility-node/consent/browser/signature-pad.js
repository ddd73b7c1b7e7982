// A pad of 255 × 127 that is signed with a finger. The text of a signature is that of protocols/consents/signature.ts.
const WIDTH = 255;
const HEIGHT = 127;
/** Points nearer to the line than this are left out: a phone gives a hundred in a second. */
const TOLERANCE = 0.8;
const MAX_CHARACTERS = 2048;

const distance = (point, from, to) => {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  if (length === 0) return Math.hypot(point.x - from.x, point.y - from.y);
  return Math.abs(dy * (point.x - from.x) - dx * (point.y - from.y)) / length;
};

/** Ramer, Douglas and Peucker: the fewest points that keep the line. */
const simplified = (points, tolerance) => {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points.at(-1)];
  let [farthest, at] = [0, 0];
  for (let index = 1; index < points.length - 1; index++) {
    const off = distance(points[index], first, last);
    if (off > farthest) [farthest, at] = [off, index];
  }
  if (farthest <= tolerance) return [first, last];
  return [...simplified(points.slice(0, at + 1), tolerance).slice(0, -1), ...simplified(points.slice(at), tolerance)];
};

const withMiddle = (before, point) =>
  before === undefined || Math.abs(point.x - before.x) <= 127
    ? [point]
    : [{ x: (before.x + point.x) >> 1, y: (before.y + point.y) >> 1 }, point];

const textOf = (strokes) => {
  const bytes = [];
  for (const stroke of strokes) {
    const points = stroke.flatMap((point, index) => withMiddle(stroke[index - 1], point));
    for (let from = 0; from < points.length; from += 255) {
      const part = points.slice(from, from + 255);
      bytes.push(part.length);
      part.forEach(({ x, y }, index) => {
        const before = index === 0 ? { x: 0, y: 0 } : part[index - 1];
        bytes.push((x - before.x) & 0xff, (y - before.y) & 0xff);
      });
    }
  }
  const text = btoa(String.fromCharCode(...bytes));
  return `s1:${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
};

/** Makes a canvas one to sign on; gives what clears it, and what it holds as text. */
export const signaturePad = (canvas) => {
  const context = canvas.getContext('2d');
  const scale = canvas.width / WIDTH;
  let strokes = [];
  let current = null;

  const pointOf = (event) => {
    const box = canvas.getBoundingClientRect();
    const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
    return {
      x: within(((event.clientX - box.left) / box.width) * WIDTH, WIDTH),
      y: within(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT),
    };
  };
  const line = (from, to) => {
    context.strokeStyle = '#111';
    context.lineWidth = 2 * scale;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(from.x * scale, from.y * scale);
    context.lineTo(to.x * scale, to.y * scale);
    context.stroke();
  };

  canvas.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    current = [pointOf(event)];
    strokes.push(current);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (current === null) return;
    const point = pointOf(event);
    const before = current.at(-1);
    if (point.x === before.x && point.y === before.y) return;
    current.push(point);
    line(before, point);
  });
  for (const name of ['pointerup', 'pointercancel'])
    canvas.addEventListener(name, () => {
      current = null;
    });

  return {
    clear: () => {
      strokes = [];
      context.clearRect(0, 0, canvas.width, canvas.height);
    },
    text: () => {
      const drawn = strokes.filter((stroke) => stroke.length > 1);
      for (let tolerance = TOLERANCE; ; tolerance *= 1.5) {
        const text = textOf(drawn.map((stroke) => simplified(stroke, tolerance)));
        if (text.length <= MAX_CHARACTERS || tolerance > HEIGHT) return text;
      }
    },
  };
};
