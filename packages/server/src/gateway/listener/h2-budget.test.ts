import { gatewayLimitsSchema } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { H2Budget } from './h2-budget.ts';

const limits = gatewayLimitsSchema.parse({});

describe('HTTP/2 budget', () => {
  it('allows a hundred resets in ten seconds and not one more', () => {
    const budget = new H2Budget(limits, 0);
    for (let at = 0; at < 100; at += 1) expect(budget.reset(at)).toBeNull();
    expect(budget.reset(9999)).toBe('h2-resets');
    expect(budget.reset(10_000)).toBeNull();
  });

  it('allows the opening burst of a browser and ends a flood of control frames', () => {
    const budget = new H2Budget(limits, 0);
    for (let at = 0; at < 40; at += 1) expect(budget.controlFrame(at)).toBeNull();
    expect(budget.controlFrame(999)).toBe('h2-control-frames');
    expect(budget.controlFrame(1000)).toBeNull();
  });
});
