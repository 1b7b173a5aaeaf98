import * as contract from '@holdfast/contract';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { schemaFaults } from './schema-faults.ts';

const faultsOf = (schema: z.ZodType, value: unknown) => {
  const { error } = schema.safeParse(value);
  return error === undefined ? [] : schemaFaults(error);
};

describe('what a schema refuses', () => {
  const schema = z.strictObject({ name: z.string(), parts: z.array(z.strictObject({ 'a/b': z.number() })) });

  it('is named with its place, also where nothing should stand', () => {
    const value = { name: 1, parts: [{ 'a/b': 'x', 'c~d': 1 }], zz: 1 };
    expect(faultsOf(schema, value).map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/name', '/parts/0/a~1b', '/parts/0/c~0d', '/zz']),
    );
    expect(faultsOf(schema, { name: 'x', parts: [] })).toEqual([]);
  });

  it.each([
    [z.string().min(3), '', 'must have at least 3 characters'],
    [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entries'],
    [z.number().min(1), 0, 'must be at least 1'],
    [z.int().lt(5), 5, 'must be less than 5'],
    [z.string(), undefined, 'is missing'],
    [z.number(), 'abc', 'must be a number'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.enum(['a', 'b']), 'c', 'must be one of a, b'],
    [z.literal('a'), 'c', 'must be a'],
    [z.string().startsWith('/'), 'x', 'must start with "/"'],
    [z.string().regex(/^x$/u), 'y', 'is not written as it has to be'],
    [z.union([z.string(), z.number()]), true, 'fits none of the forms that it may have'],
    [z.string().min(3, 'words of its own'), '', 'words of its own'],
    [z.email(), 'x', 'Invalid email address'],
  ])('says what would be taken instead (%#)', (inner, value, detail) => {
    expect(faultsOf(z.object({ at: inner }), { at: value })).toEqual([{ pointer: '/at', detail }]);
  });

  it('names the kinds that there are', () => {
    const kinds = z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]);
    expect(faultsOf(kinds, { kind: 'c' })).toEqual([{ pointer: '/kind', detail: 'must be one of a, b' }]);
  });

  it('is bounded, whoever wrote it', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}${'x'.repeat(500)}`, 1]));
    const faults = faultsOf(schema, { name: 'x', parts: [], ...many });
    expect(faults).toHaveLength(100);
    expect(Math.max(...faults.map(({ pointer }) => pointer.length))).toBe(300);
  });
});

describe('what is sent to respond', () => {
  const routes = join(import.meta.dirname, '../api/routes');
  const files = ['actions', 'runs', 'playbooks', 'incidents', 'isolation', 'clocks', 'recovery'];
  const others = ['incidentMoveSchema', 'incidentNoteSchema', 'incidentLinkSchema'];
  const names = new Set([
    ...others,
    ...files.flatMap((file) =>
      Array.from(readFileSync(join(routes, `${file}.ts`), 'utf8').matchAll(/\bbody\((\w+Schema)\)/gu), ([, name = '']) => name),
    ),
  ]);
  const schemas = new Map<string, unknown>(Object.entries(contract));

  it('is many bodies', () => expect(names.size).toBeGreaterThan(15));

  it.each([...names])('has no field that nobody knows: %s', (name) => {
    const schema = schemas.get(name);
    if (!(schema instanceof z.ZodType)) throw new Error(`assertion: the contract has ${name}`);
    // Whatever tells kinds apart is given, so that the rest is read.
    const value = { action: 'lock-account', kind: 'application', nobodyKnowsThis: 1 };
    expect(faultsOf(schema, value)).toContainEqual({ pointer: '/nobodyKnowsThis', detail: 'there is no such field' });
  });
});
