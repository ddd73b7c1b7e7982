import { type OpenApiInfo, openApiDocument } from '@santehaggui/runtime/http/open-api.ts';
import type { NodeRoute } from '../people/node-route.ts';

/** One operation of the document, as far as this file and the readable page look at it. */
export type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** `<action> <subject>`: the right that the operation asks for. */
  readonly 'x-permission'?: string;
};

/** A parameter of an operation. */
export type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
};

/** The part of JSON Schema that the readable page shows. */
export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly description?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
};

/** The OpenAPI document: path → method → operation. */
export type ApiDocument = {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, unknown>>;
};

const IDEMPOTENCY_KEY: Parameter & { readonly description: string } = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'La même clé du même agent redonne la même réponse pendant 30 jours et n’écrit rien de plus ; avec un autre contenu : 422. Une référence « key:<clé> » désigne ce que ce POST a créé.',
  schema: { type: 'string' },
};

const IF_MATCH: Parameter & { readonly description: string } = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'L’ETag de ce que vous avez lu. Absent : 428 ; modifié entre-temps : 412.',
  schema: { type: 'string' },
};

/** The OpenAPI 3.1 document of the LAN API, with its headers, its two ways to sign in and the right that each operation asks for. */
export function apiDocument(routes: readonly NodeRoute[], info: OpenApiInfo): ApiDocument {
  const plain = openApiDocument(routes, info) as unknown as ApiDocument;
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = (info.basePath ?? '') + route.path.replace(/:(\w+)/g, '{$1}');
    const operation = plain.paths[path]?.[route.method];
    if (operation === undefined) throw new TypeError(`${route.method} ${path} is not in its own document`);
    paths[path] = { ...paths[path], [route.method]: completed(route, path, operation) };
  }
  return {
    ...plain,
    paths,
    components: {
      ...plain.components,
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        refreshCookie: { type: 'apiKey', in: 'cookie', name: 'haggui_refresh' },
      },
    },
  };
}

function completed(route: NodeRoute, path: string, operation: Operation): Operation {
  const { policy, method } = route;
  const headers = [
    ...(method === 'post' && route.tag !== 'sessions' ? [IDEMPOTENCY_KEY] : []),
    ...(method === 'patch' ? [IF_MATCH] : []),
  ];
  const words = path.split(/[/{}]+/).filter((word) => word !== '');
  return {
    ...operation,
    operationId: [method, ...words].join('-'),
    parameters: [...(operation.parameters ?? []), ...headers],
    security: policy.kind === 'anyone' ? [] : [{ accessToken: [] }],
    ...(policy.kind === 'may' ? { 'x-permission': `${policy.action} ${policy.subject}` } : {}),
  };
}
