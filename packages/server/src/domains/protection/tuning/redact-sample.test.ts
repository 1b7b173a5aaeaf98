import { expect, it } from 'vitest';
import { redactSample } from './redact-sample.ts';

it.each([
  ["ann.lee@example.org' OR 1=1 --", "xxx.xxx@xxxxxxx.xxx' OR 1=1 --"],
  ['call 0664 123 456 78 now', 'call 9999 999 999 99 now'],
  ['4111-1111-1111-1111', '9999-9999-9999-9999'],
  ['key=AKIA1234567890ABCDEFGH;', 'key=xxxx9999999999xxxxxxxx;'],
  ['müller@exämple.at', 'xxxxxx@xxxxxxx.xx'],
])('what may belong to somebody is masked: %s', (sample, wanted) => {
  expect(redactSample(sample)).toBe(wanted);
});

it.each([
  "' OR '1'='1",
  '<img src=x onerror=alert(1)>',
  '1 UNION SELECT username, password FROM users -- ',
  '../../../etc/passwd',
  '$100, 2024',
  'a @ b',
  '',
])('what shows the attack stays: %s', (sample) => {
  expect(redactSample(sample)).toBe(sample);
});
