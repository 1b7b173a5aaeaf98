import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseList } from './parse-list.ts';

const whole = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;
const LINE = 'LIST /v1/secret/metadata/a HTTP/1.1';

describe('one LIST without a body', () => {
  it('is read with its host and its fields', () => {
    const parsed = parseList(whole(LINE, 'Host: localhost:8200', 'X-Vault-Token:  hf_x ', 'Content-Length: 0'));
    expect(parsed).toMatchObject({ target: '/v1/secret/metadata/a', host: 'localhost:8200' });
    expect(parsed?.headers.get('x-vault-token')).toBe('hf_x');
  });

  it.each([
    ['no host', whole(LINE)],
    ['two hosts', whole(LINE, 'Host: a', 'Host: b')],
    ['a field twice', whole(LINE, 'Host: a', 'X-Vault-Token: 1', 'x-vault-token: 2')],
    ['a body', whole(LINE, 'Host: a', 'Content-Length: 1')],
    ['a length that is none', whole(LINE, 'Host: a', 'Content-Length: +0')],
    ['chunks', whole(LINE, 'Host: a', 'Transfer-Encoding: chunked')],
    ['bytes behind it', `${whole(LINE, 'Host: a')}x`],
    ['a second request', whole(LINE, 'Host: a') + whole(LINE, 'Host: a')],
    ['bare line feeds', 'LIST /v1/a HTTP/1.1\nHost: a\n\n'],
    ['a folded line', whole(LINE, 'Host: a', ' b: c')],
    ['a space before the colon', whole(LINE, 'Host : a')],
    ['another target', whole('LIST /api/v1/tokens HTTP/1.1', 'Host: a')],
    ['an absolute target', whole('LIST https://a/v1/b HTTP/1.1', 'Host: a')],
    ['a fragment', whole('LIST /v1/a#b HTTP/1.1', 'Host: a')],
    ['another version', whole('LIST /v1/a HTTP/1.0', 'Host: a')],
    ['two spaces', whole('LIST  /v1/a HTTP/1.1', 'Host: a')],
    ['a host with a path', whole(LINE, 'Host: a/b')],
    ['a null byte', whole(LINE, 'Host: a', 'X: \0')],
    ['too many fields', whole(LINE, 'Host: a', ...Array.from({ length: 70 }, (_, index) => `X-${index}: 1`))],
  ])('is none with %s', (_what, text) => expect(parseList(text)).toBeNull());

  it('never throws, and never reads more than one request', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(parseList(whole(LINE, 'Host: a', text))?.target ?? null).toBeOneOf([null, '/v1/secret/metadata/a']);
        expect(parseList(text)).toBeNull();
      }),
    );
  });
});
