import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StalledAnswers } from './stalled-answers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Answers by name; shedding one frees its connection. */
function stand(): { stalled: StalledAnswers; shed: string[]; answer: (name: string) => { shed: () => void }; ask: () => void } {
  const shed: string[] = [];
  let excess = 0;
  return {
    stalled: new StalledAnswers(() => excess),
    shed,
    ask: () => void (excess += 1),
    answer: (name) => ({
      shed() {
        shed.push(name);
        excess -= 1;
      },
    }),
  };
}

describe('answers that wait for their clients', () => {
  it('stay while there are connections for everybody', () => {
    const { stalled, shed, answer } = stand();
    stalled.add(answer('a'));
    vi.advanceTimersByTime(60_000);
    stalled.makeRoom();
    expect(shed).toEqual([]);
  });

  it('go when others have no connection: the one that has waited longest first, as many as are needed', () => {
    const { stalled, shed, answer, ask } = stand();
    const moving = answer('moving');
    stalled.add(moving);
    for (const name of ['first', 'second', 'third']) {
      vi.advanceTimersByTime(10);
      stalled.add(answer(name));
    }
    stalled.delete(moving);
    stalled.add(moving);
    vi.advanceTimersByTime(5000);
    ask();
    stalled.makeRoom();
    expect(shed).toEqual(['first']);
    ask();
    ask();
    stalled.makeRoom();
    expect(shed).toEqual(['first', 'second', 'third']);
  });

  it('keep their connection through a short stall, and lose it when it lasts', () => {
    const { stalled, shed, answer, ask } = stand();
    stalled.add(answer('a'));
    ask();
    stalled.makeRoom();
    vi.advanceTimersByTime(500);
    expect(shed).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(shed).toEqual(['a']);
    // Nobody waits any more: the timer has ended.
    expect(vi.getTimerCount()).toBe(0);
  });
});
