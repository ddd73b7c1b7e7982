import { createHash } from 'node:crypto';
import type { ApiDocument, JsonSchema, Operation } from './api-document.ts';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff }
h2 { border-bottom: 2px solid #0b6e4f; margin-top: 2.5rem }
details { border: 1px solid #ccc; border-radius: 4px; margin: .5rem 0; padding: .4rem .8rem }
summary { cursor: pointer }
code { font: 14px ui-monospace, monospace }
.method { display: inline-block; min-width: 4.5rem; font-weight: bold; text-transform: uppercase; color: #0b6e4f }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem; border-bottom: 1px solid #ddd }
.right { color: #555 }
`;

/** The page and the policy (`Content-Security-Policy`) that it needs: its own style, nothing from elsewhere, no script. */
export type ApiDocsPage = { readonly html: string; readonly contentSecurityPolicy: string };

/** The API's document as a page to read, in French, made on the server and complete without a network. */
export function apiDocsPage(document: ApiDocument): ApiDocsPage {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'api'))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => (operation.tags?.[0] ?? 'api') === tag);
    return `<h2 id="${textHtml(tag)}">${textHtml(tag)}</h2>${own.map(operationHtml).join('')}`;
  });
  const links = tags.map((tag) => `<a href="#${textHtml(tag)}">${textHtml(tag)}</a>`).join(' · ');
  const { title, version } = document.info;
  const html = `<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${textHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>${textHtml(title)} <small>${textHtml(version)}</small></h1>
<p>Document pour les programmes : <a href="/api/v1/openapi.json">OpenAPI 3.1</a>. Les erreurs sont des
<code>application/problem+json</code> avec un <code>code</code> ; une erreur de saisie nomme chaque champ.</p>
<nav>${links}</nav>${sections.join('')}</body></html>`;
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

type Shown = { readonly path: string; readonly method: string; readonly operation: Operation };

function operationHtml({ path, method, operation }: Shown): string {
  const right = operation['x-permission'];
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const answers = Object.entries(operation.responses).map(
    ([status, { description }]) => `<li><code>${textHtml(status)}</code> ${textHtml(description)}</li>`,
  );
  return `<details><summary><span class="method">${textHtml(method)}</span> <code>${textHtml(path)}</code> ${textHtml(operation.summary)}</summary>
<p class="right">${right === undefined ? (operation.security.length === 0 ? 'Sans session.' : 'Avec une session.') : `Droit : <code>${textHtml(right)}</code>.`}</p>
${parametersHtml(operation)}${body === undefined ? '' : `<h4>Contenu</h4>${fieldsHtml(body)}`}<h4>Réponses</h4><ul>${answers.join('')}</ul></details>`;
}

function parametersHtml({ parameters = [] }: Operation): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${textHtml(name)}</code>${required ? ' *' : ''}</td><td>${textHtml(place)}</td><td>${textHtml(kindOf(schema))}</td></tr>`,
  );
  return `<h4>Paramètres</h4><table><tr><th>nom</th><th>où</th><th>genre</th></tr>${rows.join('')}</table>`;
}

function fieldsHtml({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const inner = schema.items?.properties === undefined ? '' : fieldsHtml(schema.items);
    return `<tr><td><code>${textHtml(name)}</code>${required.includes(name) ? ' *' : ''}</td><td>${textHtml(kindOf(schema))}${inner}</td></tr>`;
  });
  return `<table><tr><th>champ</th><th>genre</th></tr>${rows.join('')}</table>`;
}

function kindOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.join(' | ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(kindOf))].join(' ou ');
  const types = [schema.type ?? []].flat();
  return types.length === 0 ? 'valeur' : types.map((type) => KINDS[type] ?? type).join(' ou ');
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'texte',
  integer: 'entier',
  number: 'nombre',
  boolean: 'oui ou non',
  array: 'liste',
  object: 'objet',
  null: 'rien',
};

function textHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
