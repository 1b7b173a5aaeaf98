import { describe, expect, it } from 'vitest';
import { createPasswordHasher } from './password-hash.ts';

const hasher = createPasswordHasher();

describe('stored passwords', () => {
  it('are argon2id with 19 MiB and two passes, salted each', async () => {
    const [one, other] = [await hasher.hash('same'), await hasher.hash('same')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/u);
    expect(one).not.toBe(other);
  });

  it('are right for the same characters typed another way, and for nothing else', async () => {
    const stored = await hasher.hash('Straße é');
    expect(await hasher.verify(stored, 'Straße é')).toEqual({ isRight: true, isOutdated: false });
    for (const wrong of ['strasse é', 'Straße e', '', 'Straße é ']) {
      expect((await hasher.verify(stored, wrong)).isRight, wrong).toBe(false);
    }
  });

  it('say when they are weaker than what is asked for today', async () => {
    const weak = createPasswordHasher({ memoryKib: 64, passes: 1, parallelism: 1 });
    expect(await hasher.verify(await weak.hash('pw'), 'pw')).toEqual({ isRight: true, isOutdated: true });
    expect(await weak.verify(await hasher.hash('pw'), 'pw')).toEqual({ isRight: true, isOutdated: false });
  });

  it('that nobody has, or that were damaged, are never right', async () => {
    const good = await hasher.hash('pw');
    const bad = [
      null,
      '',
      'pw',
      good.replace('argon2id', 'argon2i'),
      good.replace('m=19456', 'm=9999999'),
      good.replace('t=2', 't=99'),
    ];
    for (const stored of bad)
      expect(await hasher.verify(stored, 'pw'), String(stored)).toEqual({ isRight: false, isOutdated: false });
  });

  it('cost the same for nobody as for somebody', async () => {
    const stored = await hasher.hash('pw');
    const median = async (given: string | null): Promise<number> => {
      const times: number[] = [];
      for (let count = 0; count < 15; count += 1) {
        const began = process.cpuUsage();
        await hasher.verify(given, 'wrong');
        const { user, system } = process.cpuUsage(began);
        times.push(user + system);
      }
      return times.toSorted((a, b) => a - b)[7] ?? 0;
    };
    // Processor time, which another process cannot lengthen; half and double, because the test is about "not at all".
    const [known, unknown] = [await median(stored), await median(null)];
    expect(unknown).toBeGreaterThan(known / 2);
    expect(unknown).toBeLessThan(known * 2);
  });

  it('are worked on a few at a time, and too many at once are sent away', async () => {
    const cheap = createPasswordHasher({ memoryKib: 64, passes: 1, parallelism: 1 });
    const code = (error: unknown): unknown => (error as { code?: string }).code;
    const many = Array.from({ length: 100 }, async () => cheap.verify(null, 'pw').then(() => 'done', code));
    const outcomes = await Promise.all(many);
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(66);
    expect(outcomes.filter((outcome) => outcome === 'service-unavailable')).toHaveLength(34);
    // And it goes on afterwards.
    expect((await cheap.verify(await cheap.hash('pw'), 'pw')).isRight).toBe(true);
  });
});
