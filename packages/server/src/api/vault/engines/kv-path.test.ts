import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keysBelow, pathOfRef, refOfPath } from './kv-path.ts';

describe('a path of a Vault client', () => {
  it.each([
    ['production/DATABASE_URL', 'production', 'DATABASE_URL', 'production/DATABASE_URL'],
    ['production/db/main', 'production', 'db/main', 'production/db/main'],
    ['plain', 'default', 'plain', 'plain'],
    ['Team/db', 'default', 'Team/db', 'Team/db'],
    ['default/plain', 'default', 'plain', 'plain'],
    ['default/a/b', 'default', 'a/b', 'default/a/b'],
  ])('%s is in %s as %s, and found at %s', (path, environment, name, back) => {
    const ref = refOfPath('shop', path);
    expect(ref).toEqual({ application: 'shop', environment, name });
    expect(pathOfRef(ref)).toBe(back);
  });

  it.each(['a/../b', '-x', 'a//b', 'ä', 'a b', '', 'x'.repeat(300)])('%j is none', (path) => {
    expect(() => refOfPath('shop', path)).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });

  it('leads back to the same secret', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}$/u);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const ref = refOfPath('shop', parts.join('/'));
        expect(refOfPath('shop', pathOfRef(ref))).toEqual(ref);
      }),
    );
  });

  it('is listed one level at a time', () => {
    const paths = ['prod/a', 'prod/db/main', 'prod/db/replica', 'product/x', 'plain'];
    expect(keysBelow(paths, '')).toEqual(['plain', 'prod/', 'product/']);
    expect(keysBelow(paths, 'prod')).toEqual(['a', 'db/']);
    expect(keysBelow(paths, 'prod/db')).toEqual(['main', 'replica']);
    expect(keysBelow(paths, 'pro')).toEqual([]);
  });
});
