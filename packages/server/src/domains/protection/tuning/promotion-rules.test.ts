import { applicationSchema, type Application } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import type { PendingVector } from './pending.ts';
import { beforeOf, promoted, restored, stillHolds, whyNothingToPromote, whyUndo } from './promotion-rules.ts';
import type { Seen, VectorFinding } from './vectors.ts';
import { createWatch } from './watch.ts';

const MINUTE_MS = 60_000;
const NOW = 1_790_000_000_000;
const application = (parts: Partial<Application> = {}): Application => ({
  ...applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }),
  ...parts,
});

describe('a promotion', () => {
  it('of the application makes it enforce, and undone it is as before while other changes stay', () => {
    const before = application({ rules: { xss: 'record' } });
    const after = promoted({ ...before, canary: { share: 10, group: null, since: 1, until: 2 } }, null);
    expect(after).toMatchObject({ mode: 'enforce', rules: { xss: 'record' }, canary: null });
    expect(restored({ ...after, maskErrors: false }, null, beforeOf(before, null))).toEqual({ ...before, maskErrors: false });
  });

  it('of a group blocks that one, and undone the group follows the mode or has its own action again', () => {
    for (const rules of [{}, { sqli: 'record' as const }, { xss: 'block' as const }]) {
      const before = application({ rules });
      const after = promoted(before, 'sqli');
      expect(after).toMatchObject({ mode: 'monitor', rules: { ...rules, sqli: 'block' } });
      expect(restored(after, 'sqli', beforeOf(before, 'sqli'))).toEqual(before);
    }
  });

  it('needs something to promote', () => {
    expect(whyNothingToPromote(application(), null)).toBeNull();
    expect(whyNothingToPromote(application({ mode: 'enforce' }), null)).toContain('enforces already');
    expect(whyNothingToPromote(application(), 'xss')).toBeNull();
    expect(whyNothingToPromote(application({ mode: 'enforce' }), 'xss')).toContain('blocked already');
    expect(whyNothingToPromote(application({ mode: 'enforce', rules: { xss: 'record' } }), 'xss')).toBeNull();
    expect(whyNothingToPromote(application({ rules: { xss: 'off' } }), 'xss')).toContain('is off');
  });

  it('holds as long as nobody wrote other settings', () => {
    const canary = { share: 10, group: null, since: NOW, until: NOW + 1 };
    expect(stillHolds(application({ canary }), null, NOW)).toBe(true);
    expect(stillHolds(application(), null, NOW)).toBe(false);
    expect(stillHolds(application({ canary: { ...canary, since: NOW - 1 } }), null, NOW)).toBe(false);
    expect(stillHolds(application({ mode: 'enforce' }), null, null)).toBe(true);
    expect(stillHolds(application(), null, null)).toBe(false);
    expect(stillHolds(application({ rules: { xss: 'block' } }), 'xss', null)).toBe(true);
    expect(stillHolds(application({ rules: { xss: 'off' } }), 'xss', null)).toBe(false);
  });
});

describe('a promotion is undone by itself', () => {
  it.each([
    [{ requests: 1000, establishedBlocks: 6, establishedClients: 3 }, 0],
    [{ requests: 1_000_000, establishedBlocks: 60, establishedClients: 20 }, 10],
    [{ requests: 1000, establishedBlocks: 30, establishedClients: 6 }, 100],
  ])('for %j with a baseline of %i', (figures, baseline) => {
    expect(whyUndo(figures, baseline)).toContain(
      `${figures.establishedBlocks} requests of ${figures.establishedClients} established`,
    );
  });

  it.each([
    [{ requests: 10, establishedBlocks: 1, establishedClients: 1 }, 0],
    [{ requests: 10, establishedBlocks: 5, establishedClients: 1 }, 0],
    [{ requests: 10, establishedBlocks: 4, establishedClients: 4 }, 0],
    [{ requests: 1_000_000, establishedBlocks: 5, establishedClients: 5 }, 0],
    [{ requests: 1_000_000, establishedBlocks: 49, establishedClients: 20 }, 10],
    [{ requests: 0, establishedBlocks: 0, establishedClients: 0 }, 0],
  ])('never for %j with a baseline of %i', (figures, baseline) => {
    expect(whyUndo(figures, baseline)).toBeNull();
  });
});

describe('the window', () => {
  const finding = (card: string, group: VectorFinding['group'] = 'xss'): VectorFinding => ({
    card,
    group,
    rule: `${group}.any`,
    location: 'form',
    parameter: 'body',
    confidence: 1,
    context: null,
    chain: '',
    sample: '',
  });
  const seen = (parts: Partial<Seen> = {}): Seen => ({
    application: 'shop',
    method: 'POST',
    route: '/',
    time: NOW,
    hour: NOW,
    client: 'a',
    mode: 'canary',
    outcome: 'blocked',
    statusClass: 4,
    requestId: null,
    isClean: false,
    findings: [finding('1')],
    ...parts,
  });
  const blocked = (parts: Partial<Seen>, count = 1): PendingVector => {
    const one = seen(parts);
    return { seen: one, key: '', count, last: one.time };
  };
  const query = { application: 'shop', group: null, now: NOW, isCanary: true } as const;

  it('counts established clients only, and a few blocks of each', () => {
    const watch = createWatch();
    for (let index = 0; index < 30; index += 1) watch.request(seen({ mode: index < 20 ? 'canary' : 'monitor' }));
    watch.blocked(blocked({ client: 'a' }, 100), true);
    watch.blocked(blocked({ client: 'b' }, 2), true);
    watch.blocked(blocked({ client: 'stranger' }, 100), false);
    expect(watch.figures(query)).toEqual({ requests: 20, establishedBlocks: 7, establishedClients: 2 });
    expect(watch.figures({ ...query, isCanary: false }).requests).toBe(30);
  });

  it('leaves out who is blocked at many places, other groups, what was before, and what is long ago', () => {
    const watch = createWatch();
    watch.blocked(blocked({ client: 'scan', findings: ['1', '2', '3', '4'].map((card) => finding(card)) }, 3), true);
    watch.blocked(blocked({ client: 'a', findings: [finding('1', 'sqli')] }), true);
    watch.blocked(blocked({ client: 'b', time: NOW - 10 * MINUTE_MS }), true);
    expect(watch.figures(query).establishedClients).toBe(2);
    expect(watch.figures({ ...query, group: 'sqli' }).establishedClients).toBe(1);
    expect(watch.figures({ ...query, now: NOW + 6 * MINUTE_MS }).establishedClients).toBe(1);
    expect(watch.figures({ ...query, application: 'blog' }).establishedClients).toBe(0);
    watch.begin('shop', NOW);
    watch.blocked(blocked({ client: 'b', time: NOW - 1 }), true);
    expect(watch.figures(query).establishedClients).toBe(0);
    watch.blocked(blocked({ client: 'b' }), true);
    expect(watch.figures(query).establishedClients).toBe(1);
  });
});
