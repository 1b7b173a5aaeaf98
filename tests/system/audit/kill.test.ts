import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { killLoop } from './kill-loop.ts';

it('kill -9 at any moment, 10 times: every acknowledged record is there once, and every signed head still holds', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hf-kill-'));
  try {
    const outcome = await killLoop(dataDir, 10);
    expect(outcome).toMatchObject({ lost: [], broken: [], faults: [] });
    expect(outcome.acked).toBeGreaterThan(100);
    expect(outcome.stored).toBeGreaterThanOrEqual(outcome.acked);
    expect(outcome.checkpoints).toBeGreaterThan(5);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
