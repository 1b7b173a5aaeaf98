import { describe, expect, it } from 'vitest';
import { many } from './actions-stand.ts';
import { capOf, withCap } from './domain.ts';
import { noImpact } from './kinds/impact.ts';

const planned = (approvals: 0 | 1 | 2, share: number, clients: number, sessions = 0) => ({
  summary: '',
  impact: { ...many(share, clients), sessions },
  approvals,
  why: [],
  refused: null,
  isEffective: false,
  undo: null,
  expiresAt: null,
});

describe('whoever would be touched', () => {
  it.each([
    // approvals of the action, share of the clients, clients, sessions, people who have to agree
    [0, 0.1, 100, 0, 0],
    [0, 0.11, 100, 0, 1],
    [1, 0.11, 100, 0, 2],
    [2, 0.11, 100, 0, 2],
    [0, 0.11, 20, 3, 0],
    [0, 0.11, 21, 0, 1],
    [0, 0.11, 1, 4, 1],
    [0, 0.3, 100, 0, 2],
    [0, 0.3, 3, 0, 2],
    [0, 0.3, 1, 3, 2],
    [0, 0.5, 2, 2, 0],
    [1, 1, 1, 1, 1],
  ] as const)('%i by itself, %f of all, %i clients, %i sessions: %i agree', (own, share, clients, sessions, wanted) => {
    const plan = withCap(planned(own, share, clients, sessions));
    expect(plan.approvals).toBe(wanted);
    expect(plan.why).toHaveLength(capOf(plan.impact) === null ? 0 : 1);
  });

  it('is not guessed where nobody came', () => expect(capOf(noImpact(null))).toBeNull());
});
