import { PROBLEMS } from '@holdfast/contract';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../refusal.ts';
import { problemResponse, toProblem } from './problem.ts';

const ID = '0123456789AB';

describe('problem mapper', () => {
  test('a refusal answers with its code, status and field errors', () => {
    const { status, document } = toProblem(
      new Refusal('input-invalid', { errors: [{ pointer: '/name', detail: 'too long', line: 3 }] }),
      ID,
    );
    expect(status).toBe(PROBLEMS['input-invalid'].status);
    expect(document.code).toBe('input-invalid');
    expect(document.errors).toEqual([{ pointer: '/name', detail: 'too long' }]);
    expect(document.instance).toBe(`urn:holdfast:request:${ID}`);
  });

  test('an unknown error says internal and nothing of itself', async () => {
    const secret = 'select * from token where secret = 42 at /srv/app.ts';
    const response = problemResponse(new TypeError(secret, { cause: new Error(secret) }), ID);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', request_id: ID });
    expect(text).not.toContain('token');
    expect(text).not.toContain('/srv');
  });

  test('a database that is away is no internal error, and says nothing of where it is', () => {
    const away = Object.assign(new RangeError('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' });
    expect(toProblem(away, ID).document.code).toBe('database-unavailable');
    expect(JSON.stringify(toProblem(away, ID))).not.toContain('10.1.2.3');
    expect(toProblem(Object.assign(new RangeError('x'), { code: '23505' }), ID).document.code).toBe('internal');
  });

  test('the operator detail and the cause of a refusal stay inside', () => {
    const refusal = new Refusal('data-dir-locked', { detail: 'process 4711 holds /var/x', cause: new Error('inner') });
    expect(JSON.stringify(toProblem(refusal, ID))).not.toMatch(/4711|\/var\/x|inner/u);
    expect(refusal.message).toContain('4711');
  });

  test('retry and authentication headers follow the status', () => {
    expect(toProblem(new Refusal('rate-limited', { retryAfterSeconds: 7 }), ID).headers['retry-after']).toBe('7');
    expect(toProblem(new Refusal('token-required'), ID).headers['www-authenticate']).toContain('Bearer');
    expect(toProblem(new Refusal('not-found'), ID).headers['www-authenticate']).toBeUndefined();
  });
});
