import { applicationSchema } from '@holdfast/contract';
import type { CanonicalRequest, Field } from '@holdfast/inspect';
import { describe, expect, test } from 'vitest';
import { accountsIn, observerFor } from './find-observer.ts';

const shop = applicationSchema.parse({
  id: 'shop',
  name: 'Shop',
  upstream: 'http://127.0.0.1:1',
  signIn: { observers: [{ path: '/Account/login', accountField: 'name', failure: { statuses: [401] } }] },
});

describe('the form is found', () => {
  test.each(['/Account/login', '/account/login', '/account/LOGIN/', '/account;x=1/login;jsessionid=1', '/account/login;'])(
    'under each spelling that an application may take for it: %s',
    (path) => expect(observerFor(shop, 'POST', path)?.accountField).toBe('name'),
  );
  test.each([
    ['GET', '/account/login'],
    ['POST', '/account/login/help'],
    ['POST', '/login'],
    ['POST', '/'],
  ])('%s %s is another', (method, path) => expect(observerFor(shop, method, path)).toBeNull());
});

const request = (...fields: Field[]): CanonicalRequest => ({ method: 'POST', path: '/login', fields });

describe('the account', () => {
  test.each<[string, Field[], string[]]>([
    ['of a form', [{ location: 'form', name: 'name', value: ' Ada ' }], ['ada']],
    ['of a document', [{ location: 'json', name: 'name', value: 'ada' }], ['ada']],
    [
      'that stands twice is both',
      [
        { location: 'form', name: 'name', value: 'eve' },
        { location: 'query', name: 'name', value: 'ada' },
      ],
      ['eve', 'ada'],
    ],
    ['in a cookie or header is none', [{ location: 'cookie', name: 'name', value: 'ada' }], ['']],
    ['of another field is none', [{ location: 'form', name: 'Name', value: 'ada' }], ['']],
  ])('%s', (_name, fields, accounts) => expect(accountsIn(request(...fields), 'name')).toEqual(accounts));

  test('that cannot be read is the one without a name, and too many are no form', () => {
    expect(accountsIn(null, 'name')).toEqual(['']);
    const many = Array.from({ length: 5 }, (_, index): Field => ({ location: 'form', name: 'name', value: `user${index}` }));
    expect(accountsIn(request(...many), 'name')).toBeNull();
  });
});
