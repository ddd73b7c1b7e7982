import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commands } from './commands.ts';

const ROOT = join(import.meta.dirname, '..');
/** A command as people would type it, in code of a page; what follows its words are options and names. */
const NAMED = /\bhaggui((?: [a-z]+)+)/g;
const CODE = /```[\s\S]*?```|`[^`\n]+`|^ {4}.*$|«[^»\n]+»/gm;

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** Whether these words begin with a command, or name a group of them. */
function isKnown(words: readonly string[]): boolean {
  const ids = Object.keys(commands);
  const whole = words.join(':');
  return (
    ids.some((id) => id.startsWith(`${whole}:`)) ||
    words.some((_, at) => ids.includes(words.slice(0, at + 1).join(':')))
  );
}

it('every command that a page tells somebody to type is there', () => {
  const named = pages.flatMap((page) => {
    const code = readFileSync(join(ROOT, page), 'utf8').match(CODE)?.join('\n') ?? '';
    return [...code.matchAll(NAMED)].map(([, words = '']) => ({ page, words: words.trim().split(' ') }));
  });
  expect(named.length).toBeGreaterThan(200);
  const unknown = named.filter(({ words }) => !isKnown(words)).map(({ page, words }) => `${page}: ${words.join(' ')}`);
  expect(unknown).toEqual([]);
});
