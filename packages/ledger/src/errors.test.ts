import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

describe('error codes', () => {
  it('are documented in the README, one row each, and no row is left over', () => {
    const declared = [...read('./errors.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map((match) => match[1]);
    const documented = [...read('../README.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]);
    expect(declared.length).toBeGreaterThan(20);
    expect(documented).toEqual(declared);
  });
});
