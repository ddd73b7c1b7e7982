import { describe, expect, it } from 'vitest';
import { createPaint, shown, shownJson } from './paint.ts';

describe('a text on a terminal', () => {
  it('shows what would rewrite the screen, its title or the direction of writing, and does none of it', () => {
    expect(shown('\u001b]0;titre\u0007Dolo\r\u001b[2J')).toBe('␛]0;titre␇Dolo␍␛[2J');
    expect(shown('\u009b31mA\u202eB\u007f')).toBe('\ufffd31mA\ufffdB\ufffd');
    expect(shown('Été\n\tN’Diaye ۞')).toBe('Été\n\tN’Diaye ۞');
  });

  it('keeps its colours', () => {
    const line = createPaint(true).bold(createPaint(true).red('Dolo'));
    expect(shown(line)).toBe(line);
  });

  it('is the same value as JSON, without a control', () => {
    const value = { name: '\u001b[2J\u009b31m\u007f' };
    expect(shownJson(value)).not.toMatch(/[\p{Cc}]/u);
    expect(JSON.parse(shownJson(value) ?? '')).toEqual(value);
  });
});
