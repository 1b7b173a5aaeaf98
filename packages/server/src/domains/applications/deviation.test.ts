import { expect, test } from 'vitest';
import { deviationFrom } from './deviation.ts';

test('what is written as it would be anyway leaves no trace, at any depth', () => {
  const defaults = { mode: 'monitor', hosts: [], body: { max: 10, min: 1 }, learning: 'on' };
  expect({ ...deviationFrom(defaults, { ...defaults }) }).toEqual({});
  expect({ ...deviationFrom(defaults, { ...defaults, mode: 'enforce', body: { max: 20, min: 1 } }) }).toEqual({
    mode: 'enforce',
    body: { max: 20 },
  });
});

test('a setting that only a later version knows changes nothing while it is at its default', () => {
  const before = deviationFrom({ mode: 'monitor' }, { mode: 'enforce' });
  const after = deviationFrom({ mode: 'monitor', learning: 'on' }, { mode: 'enforce', learning: 'on' });
  expect(JSON.stringify(after)).toBe(JSON.stringify(before));
});
