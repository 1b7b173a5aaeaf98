import { describe, expect, test } from 'vitest';
import { agentFamily } from './client.ts';

describe('what kind of client it says it is', () => {
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      'Chrome on Windows',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
      'Safari on iOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    ['curl/8.9.1', 'curl'],
    ['okhttp/4.12.0', 'okhttp'],
    ['', null],
    ['   ', null],
  ])('%s is %s', (agent, family) => expect(agentFamily(agent)).toBe(family));

  test('a version is none, and a long one is read up to its limit', () => {
    expect(agentFamily('curl/7.1')).toBe(agentFamily('curl/8.0'));
    expect(agentFamily('x'.repeat(100_000))).toHaveLength(512);
  });
});
