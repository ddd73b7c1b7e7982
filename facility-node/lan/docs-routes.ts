import { type NodeRoute, openRoute } from '../people/node-route.ts';
import { type ApiDocsPage, apiDocsPage } from './api-docs-page.ts';
import { type ApiDocument, apiDocument } from './api-document.ts';

/** The API's own description: `/v1/openapi.json` for programs, `/docs` for people. Both describe `routes` and themselves. */
export function docsRoutes(routes: readonly NodeRoute[], version: string): readonly NodeRoute[] {
  // Made when somebody first asks: it takes longer than all else at a start.
  let document: ApiDocument | undefined;
  let page: ApiDocsPage | undefined;
  const documentNow = (): ApiDocument => {
    document ??= apiDocument([...routes, ...own], { title: 'SanteHaggui — API du poste', version, basePath: '/api' });
    return document;
  };
  const own = [
    openRoute({
      method: 'get',
      path: '/v1/openapi.json',
      summary: 'Le document OpenAPI 3.1 de cette API',
      tag: 'docs',
      responses: { 200: { description: 'OpenAPI 3.1' } },
      handler: () => ({ body: documentNow() }),
    }),
    openRoute({
      method: 'get',
      path: '/docs',
      summary: 'La documentation à lire',
      tag: 'docs',
      responses: { 200: { description: 'Une page HTML' } },
      handler: () => {
        page ??= apiDocsPage(documentNow());
        const { html, contentSecurityPolicy } = page;
        return {
          headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': contentSecurityPolicy },
          body: html,
        };
      },
    }),
  ];
  return own;
}
