import { describe, expect, it } from 'vitest';
import { loginFormsIn } from './commands/login-forms.ts';

const FORM = 'application/x-www-form-urlencoded';
const body = (names: readonly string[], media = FORM) => ({
  requestBody: {
    content: { [media]: { schema: { type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) } } },
  },
});

describe('a login form among what was learned', () => {
  it.each([
    ['/login', ['name', 'password'], 'name'],
    ['/wp-login.php', ['log', 'pwd', 'rememberme'], 'log'],
    ['/session', ['csrf_token', 'user[email]', 'user[password]'], 'user[email]'],
    ['/sign-in', ['next', 'nickname', 'username', 'pass'], 'username'],
  ])('%s with %j names the account in %s', (path, names, accountField) => {
    expect(loginFormsIn({ paths: { [path]: { post: body(names) } } })).toEqual([{ path, method: 'POST', accountField }]);
  });

  it('a document is one too', () => {
    const fragment = { paths: { '/api/session': { put: body(['email', 'password'], 'application/json') } } };
    expect(loginFormsIn(fragment)).toEqual([{ path: '/api/session', method: 'PUT', accountField: 'email' }]);
  });

  it.each<[string, unknown]>([
    ['a change of the password', { paths: { '/password': { post: body(['name', 'password', 'new_password']) } } }],
    ['a password alone', { paths: { '/unlock': { post: body(['password']) } } }],
    ['an order', { paths: { '/orders': { post: body(['name', 'street']) } } }],
    ['a place that varies', { paths: { '/users/{}/login': { post: body(['name', 'password']) } } }],
    ['a page', { paths: { '/login': { get: body(['name', 'password']) } } }],
    ['what is only listed', { paths: { '/login': { post: 'pass' } } }],
    ['nothing', null],
    ['something else', { paths: [] }],
  ])('%s is none', (_name, fragment) => expect(loginFormsIn(fragment)).toEqual([]));
});
