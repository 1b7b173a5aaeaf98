import { PHASES, type Phase } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { causeOf, decideMove, isNear, isThereAlready, JOIN_MS, missingFor, type CaseState, type Move } from './domain.ts';

const state = (phase: Phase, given: Partial<CaseState> = {}): CaseState => ({ phase, verdict: null, owner: 'ada', ...given });
const move = (to: Phase, given: Partial<Move> = {}): Move => ({
  to,
  verdict: 'benign',
  open: [],
  leavesActions: false,
  ...given,
});
const kind = (from: Phase, to: Phase): string => decideMove(state(from), move(to)).kind;

describe('a move', () => {
  it.each(PHASES.flatMap((from) => PHASES.map((to) => [from, to] as const)))(
    'from %s to %s: on, one back, or open again',
    (from, to) => {
      const steps = PHASES.indexOf(to) - PHASES.indexOf(from);
      const isAllowed = from === 'closed' ? to !== 'closed' : steps > 0 || steps === -1;
      expect(kind(from, to)).toBe(isAllowed ? 'moved' : 'refused');
    },
  );

  it('to contain and on needs somebody who owns it, and says so', () => {
    for (const to of ['contain', 'eradicate', 'recover'] as const) {
      const decision = decideMove(state('triage', { owner: null }), move(to));
      expect(decision).toEqual({ kind: 'refused', missing: ['nobody owns it: name an owner'] });
    }
    expect(decideMove(state('detect', { owner: null }), move('triage')).kind).toBe('moved');
  });

  it('by a playbook waits for no owner, and is none where the incident stands already', () => {
    const decision = decideMove(state('detect', { owner: null }), move('contain', { isAutomatic: true }));
    expect(decision).toMatchObject({ kind: 'moved', to: 'contain' });
    expect(isThereAlready('contain', 'contain')).toBe(true);
    expect(isThereAlready('recover', 'contain')).toBe(true);
    expect(isThereAlready('triage', 'contain')).toBe(false);
    expect(isThereAlready('closed', 'contain')).toBe(false);
  });

  it('to closed needs a verdict, said now or before', () => {
    expect(decideMove(state('recover'), move('closed', { verdict: null }))).toMatchObject({ kind: 'refused' });
    const before = decideMove(state('recover', { verdict: 'duplicate' }), move('closed', { verdict: null }));
    expect(before).toEqual({ kind: 'moved', from: 'recover', to: 'closed', verdict: 'duplicate' });
  });

  it('to closed is refused while actions wait or are in force, unless they are said to stay; what is done holds nothing up', () => {
    const open = [
      { id: 'a', state: 'effective' },
      { id: 'b', state: 'waiting' },
    ] as const;
    expect(decideMove(state('recover'), move('closed', { open }))).toEqual({
      kind: 'refused',
      missing: ['1 action waits: decide, or say that it stays so', '1 action is in force: undo, or say that it stays so'],
    });
    expect(decideMove(state('recover'), move('closed', { open, leavesActions: true })).kind).toBe('moved');
    expect(decideMove(state('recover'), move('closed', { open: [{ id: 'c', state: 'done' }] })).kind).toBe('moved');
  });

  it('out of closed forgets the verdict', () => {
    expect(decideMove(state('closed', { verdict: 'benign' }), move('triage', { verdict: null }))).toMatchObject({
      verdict: null,
    });
  });

  it('says beforehand what is missing', () => {
    expect(missingFor('contain', state('triage', { owner: null }), { open: [], leavesActions: false })).toHaveLength(1);
    expect(missingFor('contain', state('triage'), { open: [], leavesActions: false })).toEqual([]);
  });
});

describe('an alert', () => {
  it('is an incident when it is critical, its risk is 100, or somebody walks through ids', () => {
    const judged = { detector: 'x', severity: 'high', risk: 99.9 } as const;
    expect(causeOf(judged)).toBeNull();
    expect(causeOf({ ...judged, risk: 100 })).toBe('risk');
    expect(causeOf({ ...judged, severity: 'critical' })).toBe('critical');
    expect(causeOf({ ...judged, detector: 'B5' })).toBe('behaviour');
  });

  it('is near within a day on both sides, and not a moment more', () => {
    const incident = { firstAt: 2 * JOIN_MS, lastAt: 3 * JOIN_MS };
    const at = (time: number) => isNear({ firstAt: time, lastAt: time }, incident);
    expect([at(JOIN_MS), at(4 * JOIN_MS), at(JOIN_MS - 1), at(4 * JOIN_MS + 1)]).toEqual([true, true, false, false]);
  });
});
