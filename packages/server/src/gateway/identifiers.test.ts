import { requestIdSchema, ulidSchema } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { createIdentifiers } from './identifiers.ts';

describe('identifiers', () => {
  it('makes request ids of the contract, all different', () => {
    const identifiers = createIdentifiers();
    const ids = Array.from({ length: 5000 }, () => identifiers.requestId());
    expect(new Set(ids).size).toBe(5000);
    expect(ids.every((id) => requestIdSchema.safeParse(id).success)).toBe(true);
  });

  it('makes rising event ids, also when the clock stands still or steps back', () => {
    const identifiers = createIdentifiers();
    const times = [1, 1, 1, 5, 3, 3, 1_800_000_000_000, 1_700_000_000_000, 1_800_000_000_001];
    const ids = times.map((time) => identifiers.eventId(time));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(times.length);
    expect(ids.every((id) => ulidSchema.safeParse(id).success)).toBe(true);
  });
});
