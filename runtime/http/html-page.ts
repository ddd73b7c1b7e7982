import type { Answer } from './route.ts';

/** A piece of HTML in which everything that was put in has been escaped. Made by {@link html} alone. */
export class Html {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** Puts a template together; only {@link html} calls this. */
  static join(pieces: readonly string[], values: readonly HtmlValue[]): Html {
    return new Html(pieces.map((piece, index) => (index === 0 ? '' : written(values[index - 1])) + piece).join(''));
  }
}

/** What a template takes: texts and numbers are escaped, pieces of HTML stand as they are, nothing is nothing. */
export type HtmlValue = string | number | Html | readonly Html[] | null | undefined;

/** A template of HTML: `` html`<p>${name}</p>` ``. Values are text, in elements and in quoted attributes; never scripts or URLs. */
export function html(pieces: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.join(pieces, values);
}

function written(value: HtmlValue): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return value.map(({ text }) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** Where pages find the one style sheet that they share, below the root. */
export const STYLE_PATH = '/haggui.css';

type Policy = Readonly<Record<string, readonly string[]>>;

/** What a page may do: forms and the style sheet of its own server, nothing else; no scripts. */
const PAGE_POLICY: Policy = {
  'default-src': ["'none'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
};

/** A page that is nothing without its scripts: see {@link pageWithScripts}. */
export function scriptedPage(title: string, body: Html, more: Policy = {}): Answer {
  const hint = html`${body}
<noscript><p class="warn">Cette page a besoin de JavaScript : activez-le dans les réglages du navigateur.</p></noscript>`;
  return pageWithScripts(title, hint, 200, more);
}

/** A page whose scripts are this server's alone, and where no string is made into one (W3C Trusted Types); `more` is added to its policy. */
export function pageWithScripts(title: string, body: Html, status = 200, more: Policy = {}): Answer {
  const page = htmlPage(title, body, status);
  const policy = policyText({
    ...PAGE_POLICY,
    'script-src': ["'self'"],
    'connect-src': ["'self'"],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ["'none'"],
    ...more,
  });
  return { ...page, headers: { ...page.headers, 'content-security-policy': policy } };
}

function policyText(policy: Policy): string {
  return Object.entries(policy)
    .map(([name, values]) => [name, ...values].join(' '))
    .join('; ');
}

/** A page in French, for phones first, with the policy that it needs: its style sheet and forms, no scripts. */
export function htmlPage(title: string, body: Html, status = 200): Answer {
  const whole = html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policyText(PAGE_POLICY),
  };
  return { status, headers, body: whole.text };
}

/** The style sheet of all pages: readable in the sun on a small screen, printable, dark where the phone is. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --line: #b9b9b9; --strong: #00594c; --warn: #8a3b00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f1f1f1; --paper: #161616; --line: #5c5c5c; --strong: #6fd8c4; --warn: #ffb27a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.125rem/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin-top: 2rem; }
a { color: var(--strong); }
label { display: block; margin: 1rem 0 0.25rem; font-weight: 600; }
input, textarea, select { width: 100%; min-height: 3rem; padding: 0.5rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: 0.25rem; }
input[type="checkbox"], input[type="radio"] { width: 1.5rem; min-height: 1.5rem; vertical-align: middle; }
textarea { min-height: 8rem; }
button { min-height: 3rem; margin-top: 1rem; padding: 0.5rem 1.25rem; font: inherit; font-weight: 600;
  color: var(--paper); background: var(--strong); border: 0; border-radius: 0.25rem; }
:focus-visible { outline: 3px solid var(--warn); outline-offset: 2px; }
.warn { border-left: 0.3rem solid var(--warn); padding: 0.25rem 0.75rem; }
.good { border-left: 0.3rem solid var(--strong); padding: 0.25rem 0.75rem; }
.dim { opacity: 0.75; font-size: 0.95rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.4rem 0.5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td:has(> input) { white-space: nowrap; }
ol.words { columns: 2; font: 600 1.3rem/1.8 ui-monospace, monospace; }
.pad { width: 100%; aspect-ratio: 2; touch-action: none; background: #fff; border: 2px dashed var(--line);
  border-radius: 0.25rem; }
.signature { width: 10rem; background: #fff; border: 1px solid var(--line); }
.signature path { fill: none; stroke: #111; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.choice { display: flex; gap: 0.75rem; align-items: center; margin: 0.5rem 0; font-weight: 400; }
.choice input { flex: none; }
.said { white-space: pre-line; border: 1px solid var(--line); padding: 0.75rem; border-radius: 0.25rem; }
.plain { color: var(--strong); background: transparent; border: 1px solid var(--strong); }
.paper { display: none; }
main > .leaving { margin-top: 2rem; border-top: 1px solid var(--line); }
.leaving a { margin-left: 1rem; }
article { border-top: 1px solid var(--line); padding: 0.5rem 0 1rem; }
article p { margin: 0.25rem 0; }
@media screen and (max-width: 30rem) {
  table { font-size: 0.9rem; }
  th, td { padding: 0.4rem 0.2rem; overflow-wrap: anywhere; hyphens: auto; }
  td button { padding: 0.5rem; }
}
@media print { .paper { display: block; } }
@media print { body { font-size: 12pt; } button, form, .leaving { display: none; } }
`.trimStart();
