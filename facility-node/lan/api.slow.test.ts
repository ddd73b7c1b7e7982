import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { describe, expect, it } from 'vitest';
import type { ApiDocument } from './api-document.ts';
import { clinicRoutes } from './clinic-api.ts';
import { openTestClinic } from './testing/test-clinic.ts';

const facility = { code: 'cscom_sangha', name: 'CSCOM de Sangha', recordId: () => null };

/** Every `$ref` of a document. */
const referencesIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : referencesIn(inner)));
};

const at = (document: unknown, reference: string): unknown =>
  reference
    .replace(/^#\//, '')
    .split('/')
    .reduce((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], document);

describe('the API’s own description', () => {
  it('is OpenAPI 3.1 with every route that is mounted and no other', async () => {
    await using clinic = await openTestClinic();
    const { status, body } = await clinic.anonymous('GET', '/api/v1/openapi.json');
    expect(status).toBe(200);
    const document = body as ApiDocument;
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toEqual({ title: 'SanteHaggui — API du poste', version: '0.1.0' });
    const routes = clinicRoutes({ ...clinic, facility, version: '0.1.0' });
    const mounted = routes.map(({ method, path }) => `${method} /api${path.replace(/:(\w+)/g, '{$1}')}`).sort();
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(mounted);
    for (const { plural } of RECORD_TYPES.filter(({ isSecret }) => isSecret !== true))
      expect(described).toContain(`get /api/v1/${plural}/{id}`);
  });

  it('is sound: references lead somewhere, path parameters are declared, operations have names of their own', async () => {
    await using clinic = await openTestClinic();
    const { body } = await clinic.anonymous('GET', '/api/v1/openapi.json');
    const document = body as ApiDocument;
    for (const reference of referencesIn(document)) expect(at(document, reference), reference).toBeDefined();
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    );
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(inPath.map(({ name }) => name)).toEqual(named);
      expect(inPath.every(({ required }) => required)).toBe(true);
      expect(operation.summary).not.toBe('');
      expect(Object.keys(operation.responses).length).toBeGreaterThan(1);
      for (const requirement of operation.security) {
        for (const name of Object.keys(requirement)) expect(document.components.securitySchemes).toHaveProperty(name);
      }
    }
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it('describes fields, headers and rights', async () => {
    await using clinic = await openTestClinic();
    const { body } = await clinic.anonymous('GET', '/api/v1/openapi.json');
    const { paths } = body as ApiDocument;
    const register = paths['/api/v1/patients']?.post;
    expect(register?.['x-permission']).toBe('create patient');
    expect(register?.parameters?.map(({ name }) => name)).toContain('Idempotency-Key');
    const schema = register?.requestBody?.content['application/json']?.schema;
    expect(schema?.required).toEqual(['familyName', 'givenName']);
    expect(schema?.properties).toHaveProperty('birthDate');
    const amend = paths['/api/v1/patients/{id}']?.patch;
    expect(amend?.parameters?.map(({ name }) => name)).toEqual(['id', 'If-Match']);
    expect(paths['/api/v1/sessions']?.post?.security).toEqual([]);
  });

  it('can be read by people, without a script and without anything from elsewhere', async () => {
    await using clinic = await openTestClinic();
    const { status, headers, body } = await clinic.anonymous('GET', '/api/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(body).toContain('/api/v1/referrals/{id}/steps');
    expect(body).toContain('familyName');
    expect(body).not.toMatch(/<script|https?:\/\//);
  });
});

describe('the API', () => {
  it('answers problems in French for what it does not know, with a code', async () => {
    await using clinic = await openTestClinic();
    const unknown = await clinic.anonymous('GET', '/api/v1/nothing');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'SH-N001']);
    const method = await clinic.anonymous('DELETE', '/api/v1/patients');
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  it('asks for a session on every route but those of sessions and of its own description', async () => {
    await using clinic = await openTestClinic();
    const routes = clinicRoutes({ ...clinic, facility, version: '0.1.0' });
    for (const { method, path, tag } of routes) {
      const id = '00000000-0000-8000-8000-000000000000';
      const { status } = await clinic.anonymous(method.toUpperCase(), `/api${path.replace(':id', id)}`);
      if (tag === 'sessions' || tag === 'docs') expect(status, path).not.toBe(403);
      else expect([path, status]).toEqual([path, 401]);
    }
  });

  it('never logs what people are called, their numbers, or what was searched', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    await nurse('POST', '/api/v1/patients', {
      body: { familyName: 'Samassékou', givenName: 'Lassana', phone: '76123456' },
    });
    await nurse('GET', '/api/v1/patients?search=samassekou');
    await nurse('POST', '/api/v1/patients', { body: { familyName: 'Samassékou' } });
    expect(clinic.log.lines().some(({ event }) => event === 'http.request')).toBe(true);
    expect(clinic.log.text()).not.toMatch(/samass|lassana|76123456/i);
  });
});
