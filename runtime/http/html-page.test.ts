import { expect, it } from 'vitest';
import { html, htmlPage, scriptedPage } from './html-page.ts';

it('writes what it is given as text, wherever it stands', () => {
  const name = `<script>alert("1")</script> & d'Awa`;
  const { text } = html`<p title="${name}">${name}</p>`;
  const safe = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; d&#39;Awa';
  expect(text).toBe(`<p title="${safe}">${safe}</p>`);
});

it('lets pieces of HTML stand and leaves nothing for nothing', () => {
  const rows = ['a', 'b'].map((cell) => html`<li>${cell}</li>`);
  expect(html`<ul>${rows}</ul>${null}${undefined}${3}`.text).toBe('<ul><li>a</li><li>b</li></ul>3');
  expect(String(htmlPage('Accès & clés', html`<p>x</p>`).body)).toContain('<title>Accès &amp; clés</title>');
});

it('lets a page have its style, and scripts only where it was made with them', () => {
  const policyOf = ({ headers }: ReturnType<typeof htmlPage>) => headers?.['content-security-policy'];
  expect(policyOf(htmlPage('Accès', html``))).toMatch(/^default-src 'none'; style-src 'self';/);
  expect(policyOf(htmlPage('Accès', html``))).not.toContain('script-src');
  const scripted = policyOf(scriptedPage('Accès', html``, { 'trusted-types': ['one'] }));
  expect(scripted).toContain("script-src 'self'");
  expect(scripted).toContain("require-trusted-types-for 'script'; trusted-types one");
});
