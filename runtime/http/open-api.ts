import { type ZodType, z } from 'zod';
import { contentTypesOf } from './read-body.ts';
import type { Route } from './route.ts';

/** What a document says of the API as a whole. */
export type OpenApiInfo = {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  readonly basePath?: string;
};

type JsonObject = Readonly<Record<string, unknown>>;

const schemaOf = (schema: ZodType, io: 'input' | 'output'): JsonObject => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return rest as JsonObject;
};

const parametersOf = (schema: ZodType | undefined, place: 'path' | 'query'): readonly JsonObject[] => {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: JsonObject;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
};

const plainPathParameters = (path: string): readonly JsonObject[] =>
  [...path.matchAll(/[:*]([A-Za-z_]\w*)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

const bytesOf = (types: readonly string[]): JsonObject =>
  Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));

const requestBodyOf = (route: Route<unknown, unknown>): JsonObject => {
  if (route.body === undefined && route.bodyType === undefined) return {};
  const isJson = (route.bodyType ?? 'json') === 'json' && route.body !== undefined;
  const types = contentTypesOf(route);
  const jsonOf = (): JsonObject => ({ schema: schemaOf(route.body as ZodType, 'input') });
  const content = isJson ? Object.fromEntries(types.map((type) => [type, jsonOf()])) : bytesOf(types);
  return { requestBody: { required: true, content } };
};

const responsesOf = (route: Route<unknown, unknown>): JsonObject => ({
  ...Object.fromEntries(
    Object.entries(route.responses ?? { 200: { description: 'OK' } }).map(
      ([status, { description, body, contentTypes = [] }]) => [
        status,
        {
          description,
          ...(body === undefined ? {} : { content: { 'application/json': { schema: schemaOf(body, 'output') } } }),
          ...(contentTypes.length === 0 ? {} : { content: bytesOf(contentTypes) }),
        },
      ],
    ),
  ),
  default: {
    description: 'Problem',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  },
});

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', pattern: '^SH-[CIANKTFBX][0-9]{3}$' },
    requestId: { type: 'string' },
    detail: { type: 'string' },
    why: { type: 'string' },
    remedy: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

/** The OpenAPI 3.1 document of the routes, in their order; a route's zod schemas become its parameters, body and answers. */
export const openApiDocument = <Policy, Principal>(
  routes: readonly Route<Policy, Principal>[],
  { title, version, description, basePath = '' }: OpenApiInfo,
): JsonObject => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes as readonly Route<unknown, unknown>[]) {
    const path = basePath + route.path.replace(/[:*]([A-Za-z_]\w*)/g, '{$1}');
    const parameters = [
      ...(route.params === undefined ? plainPathParameters(route.path) : parametersOf(route.params, 'path')),
      ...parametersOf(route.query, 'query'),
    ];
    paths[path] = {
      ...paths[path],
      [route.method]: {
        summary: route.summary,
        ...(route.tag === undefined ? {} : { tags: [route.tag] }),
        ...(parameters.length === 0 ? {} : { parameters }),
        ...requestBodyOf(route),
        responses: responsesOf(route),
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title, version, ...(description === undefined ? {} : { description }) },
    paths,
    components: { schemas: { Problem: problemSchema } },
  };
};
