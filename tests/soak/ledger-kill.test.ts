import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { killLoop } from '../system/audit/kill-loop.ts';

it('kill -9 at any moment, 100 times: zero acknowledged records lost', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hf-kill-'));
  try {
    const outcome = await killLoop(dataDir, 100);
    console.log(JSON.stringify({ ...outcome, lost: outcome.lost.length }));
    expect(outcome).toMatchObject({ kills: 100, lost: [], broken: [], faults: [] });
    expect(outcome.stored).toBeGreaterThanOrEqual(outcome.acked);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
