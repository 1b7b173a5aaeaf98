import { describe, expect, test } from 'vitest';
import { holdersOf, type KeyReport } from './key-report.ts';

const reportOf = (node: string, key: string, items: number, reportedAt: number): KeyReport => ({
  node,
  key,
  items,
  reportedAt,
  nonces: 0,
});
const holders = (reports: readonly KeyReport[]): string[] => holdersOf('data_old', 1000, { reports, node: 'a' });

describe('who may still have something under a replaced key', () => {
  test('is nobody when all others said after the change that they have nothing', () => {
    expect(holders([])).toEqual([]);
    expect(holders([reportOf('a', 'data_old', 9, 2000), reportOf('b', 'data_old', 0, 1000)])).toEqual([]);
  });

  test('is who has something, who spoke last before the change, and who never spoke of this key', () => {
    expect(
      holders([
        reportOf('has', 'data_old', 1, 2000),
        reportOf('early', 'data_old', 0, 999),
        reportOf('other', 'data_new', 0, 2000),
        reportOf('fine', 'data_old', 0, 2000),
      ]),
    ).toEqual(['early', 'has', 'other']);
  });
});
