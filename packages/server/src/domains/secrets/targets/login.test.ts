import { describe, expect, it } from 'vitest';
import { loginIn, newPassword, POSTGRES, replaceLogin } from './login.ts';

const fallback = new URL('postgres://admin:x@db.example.test/shop');
const login = { username: 'shop_b', password: 'new' };
const replace = (data: Record<string, string> | null, needsName = true) =>
  replaceLogin(data, login, { schemes: POSTGRES, fallback, needsName });

describe('a secret gets another login where it holds one', () => {
  it.each([
    [
      'in its address',
      { url: 'postgres://shop_a:old@h:5/d?sslmode=require' },
      { url: 'postgres://shop_b:new@h:5/d?sslmode=require' },
    ],
    ['in a value that is an address', { value: 'postgresql://shop_a:old@h/d' }, { value: 'postgresql://shop_b:new@h/d' }],
    [
      'in fields, others stay',
      { username: 'shop_a', password: 'old', host: 'h' },
      { username: 'shop_b', password: 'new', host: 'h' },
    ],
    [
      'everywhere at once',
      { url: 'postgres://shop_a:old@h/d', username: 'shop_a', password: 'old' },
      { url: 'postgres://shop_b:new@h/d', username: 'shop_b', password: 'new' },
    ],
  ])('%s', (_where, data, expected) => {
    expect(replace(data)).toEqual(expected);
    expect(loginIn(expected, POSTGRES)).toEqual(login);
  });

  it('and one that holds nothing yet gets all of it', () => {
    expect(replace(null)).toEqual({ ...login, url: 'postgres://shop_b:new@db.example.test/shop' });
  });

  it('a password alone has no place for a name, and is enough where the name stays', () => {
    expect(replace({ value: 'old' })).toBeNull();
    expect(replace({ value: 'old' }, false)).toEqual({ value: 'new' });
    expect(replace({ other: 'x' }, false)).toBeNull();
    expect(loginIn({ value: 'old' }, POSTGRES)).toEqual({ username: null, password: 'old' });
  });

  it('an address of something else is no address', () => {
    expect(replace({ url: 'https://shop_a:old@h/d' })).toBeNull();
  });
});

it('passwords are as long as asked and never twice', () => {
  expect(newPassword()).toMatch(/^[A-Za-z0-9]{40}$/u);
  expect(new Set(Array.from({ length: 100 }, () => newPassword(16))).size).toBe(100);
});
