import { describe, expect, it } from 'vitest';
import { errorLines } from './error-lines.ts';
import { exitCodeFor } from './exit-codes.ts';
import { fromProblem, toProblem } from './problem.ts';
import { failRuntime } from './runtime-errors.ts';

describe('toProblem', () => {
  it('names each refused field and says what to do, in the language asked for', () => {
    const error = failRuntime('SH-I001', {
      fields: [{ field: 'age', message: { fr: 'trop grand', en: 'too large' } }],
    });
    expect(toProblem(error, 'request-1', 'en')).toEqual({
      type: 'urn:santehaggui:error:SH-I001',
      title: 'Some fields are refused',
      status: 422,
      code: 'SH-I001',
      requestId: 'request-1',
      detail: 'Some fields are refused',
      remedy: 'Correct each field listed and send again.',
      errors: [{ field: 'age', message: 'too large' }],
    });
    expect(toProblem(error, 'request-1').errors).toEqual([{ field: 'age', message: 'trop grand' }]);
  });

  it.each([
    ['a foreign error', new Error('secret table patient')],
    ['a thrown text', 'secret'],
    ['a bug', failRuntime('SH-B004', { what: 'secret', why: 'secret' })],
    [
      'a fatal error',
      failRuntime('SH-F001', { what: 'secret', why: 'secret', fields: [{ field: 'secret', message: 'secret' }] }),
    ],
  ])('says nothing of the inside for %s', (_, error) => {
    const problem = toProblem(error, 'r');
    expect(problem.status).toBe(500);
    expect(JSON.stringify(problem)).not.toContain('secret');
  });
});

describe('fromProblem', () => {
  it('gives back the error that the other process answered with', () => {
    const sent = failRuntime('SH-K001', {
      what: 'taken',
      why: 'by nginx',
      fields: [{ field: 'port', message: 'in use' }],
    });
    const received = fromProblem(409, JSON.parse(JSON.stringify(toProblem(sent, 'r'))));
    expect(received).toMatchObject({
      kind: 'conflict',
      code: 'SH-K001',
      status: 409,
      message: 'taken',
      why: 'by nginx',
    });
    expect(received.tell('fr')).toEqual(sent.tell('fr'));
  });

  it.each([
    [502, '<html>', 'transient'],
    [401, undefined, 'auth'],
    [404, null, 'not-found'],
    [412, {}, 'conflict'],
    [418, { errors: 'none' }, 'input'],
    [500, [], 'fatal'],
  ])('sorts an answer %i that is no problem by its status', (status, body, kind) => {
    expect(fromProblem(status, body)).toMatchObject({ kind, status, message: `HTTP ${status}` });
  });
});

describe('exitCodeFor', () => {
  it.each([
    [failRuntime('SH-C001'), 78],
    [failRuntime('SH-I001'), 2],
    [failRuntime('SH-A002'), 77],
    [failRuntime('SH-N001'), 1],
    [failRuntime('SH-T001'), 75],
    [failRuntime('SH-F001'), 70],
    [failRuntime('SH-B001'), 70],
    [failRuntime('SH-K001'), 75],
    [new Error('not ours'), 70],
    ['thrown text', 70],
  ])('of %s is %i', (error, code) => {
    expect(exitCodeFor(error)).toBe(code);
  });
});

describe('errorLines', () => {
  it('tells what, each field, why, what to do and the code', () => {
    const error = failRuntime('SH-C001', {
      why: 'cause',
      fields: [{ field: 'lan.port', message: { fr: 'manque', en: 'is missing' } }],
    });
    expect(errorLines(error, 'fr')).toEqual([
      'La configuration est refusée',
      '  - lan.port : manque',
      'Pourquoi : cause',
      'À faire : Corrigez chaque point cité, puis vérifiez avec « check-config ».',
      'Code : SH-C001',
    ]);
    expect(errorLines(error, 'en')).toContain('  - lan.port: is missing');
  });
});

it('says of a full disk that it is full, whatever found that out', () => {
  for (const code of ['ENOSPC', 'EDQUOT', 'SQLITE_FULL']) {
    const problem = toProblem(Object.assign(new Error('write'), { code }), 'r-1');
    expect(problem).toMatchObject({ code: 'SH-F008', status: 507, title: expect.stringContaining('disque est plein') });
    expect(problem.remedy).toContain('place');
  }
});
