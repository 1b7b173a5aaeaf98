import { describe, expect, it } from 'vitest';
import { fillTemplate, isTemplate } from './template.ts';

const values = {
  name: 'hf_reporting_x',
  password: 'SCRAM-SHA-256$4096:c2FsdA==$a+b/c=:d=',
  expiration: '2026-01-01T00:00:00.000Z',
};

describe('SQL that makes a user', () => {
  it.each([
    ['create role {{name}} login', 'create role "hf_reporting_x" login'],
    ['create role "{{name}}" login', 'create role "hf_reporting_x" login'],
    [`password '{{password}}' valid until '{{expiration}}'`, `password '${values.password}' valid until '${values.expiration}'`],
    ['password {{password}}', `password '${values.password}'`],
    [`comment on role {{name}} is '{{name}}'`, `comment on role "hf_reporting_x" is 'hf_reporting_x'`],
  ])('%s', (template, filled) => expect(fillTemplate(template, values)).toBe(filled));

  it.each(['{{other}}', '{{ name }}', 'a {{name}} b }}', '{{'])('%s is no template', (text) =>
    expect(isTemplate(text)).toBe(false),
  );

  it('takes nothing that could end a string or a name', () => {
    for (const name of ['a"b', "a'b", 'a;b', 'a b', 'a\\b'])
      expect(() => fillTemplate('{{name}}', { ...values, name })).toThrow(/assertion/u);
  });
});
