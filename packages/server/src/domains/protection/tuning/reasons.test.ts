import { describe, expect, it } from 'vitest';
import { weighCard, type CardFacts } from './reasons.ts';

const DAY_MS = 86_400_000;
/** Neither here nor there. */
const facts = (parts: Partial<CardFacts> = {}): CardFacts => ({
  requests: 10,
  clients: 5,
  establishedClients: 1,
  scanShare: 0,
  answeredShare: 0.5,
  confidence: 0.93,
  context: null,
  days: 1,
  spanMs: DAY_MS,
  routeRequests: 100,
  routeClean: 80,
  ...parts,
});

describe('a card looks', () => {
  it.each<[string, Partial<CardFacts>]>([
    ['legitimate when several established clients do it', { establishedClients: 3 }],
    ['legitimate when the form trips nearly every time', { requests: 60, routeRequests: 100 }],
    ['legitimate when people write freely there and the application is content', { context: 'html', answeredShare: 1 }],
  ])('%s', (_, parts) => {
    const { verdict, sure, legitimateBecause } = weighCard(facts(parts));
    expect({ verdict, isSure: sure > 0.8 }).toEqual({ verdict: 'legitimate', isSure: true });
    expect(legitimateBecause.length).toBeGreaterThan(0);
  });

  it.each<[string, Partial<CardFacts>]>([
    ['when it comes from scans', { establishedClients: 0, scanShare: 0.9 }],
    ['when a stranger is answered with errors', { establishedClients: 0, answeredShare: 0 }],
    ['when the route exists for nothing else', { establishedClients: 0, routeClean: 0 }],
    ['when one stranger hammers', { establishedClients: 0, clients: 1, requests: 40, routeRequests: 10_000, spanMs: 60_000 }],
  ])('like an attack %s', (_, parts) => {
    const { verdict, attackBecause } = weighCard(facts(parts));
    expect(verdict).toBe('attack');
    expect(attackBecause.length).toBeGreaterThan(0);
  });

  it('like nothing certain when little is known, and one established client is not enough against a scan', () => {
    expect(weighCard(facts({ establishedClients: 0 })).verdict).toBe('unsure');
    expect(weighCard(facts({ establishedClients: 1, scanShare: 1, confidence: 0.99 })).verdict).toBe('attack');
  });
});
