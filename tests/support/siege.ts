import { expect } from 'vitest';
import type { HoldfastProcess } from './holdfast-process.ts';
import { watchMemory } from './process-memory.ts';
import { startSteadyClients } from './steady-clients.ts';

const SHARE_GOOD_MIN = 0.999;
const RISE_BYTES_MAX = 256_000_000;
/** Far below what a quiet machine does: it proves that visitors came at all, not how fast. */
const GOOD_MIN = 20;
/** Visitors and attackers are different addresses, as limits per address see them. */
const VISITOR_ADDRESS = '127.0.0.2';

/** While an attack runs, ordinary visitors must be served and memory must stay flat; afterwards the server is healthy. */
export async function expectServedDuring<Result>(server: HoldfastProcess, attack: () => Promise<Result>): Promise<Result> {
  const memory = watchMemory(server.child.pid);
  const visitors = startSteadyClients({
    origin: server.https,
    ca: server.ca(),
    clients: 4,
    pauseMs: 5,
    localAddress: VISITOR_ADDRESS,
  });
  const result = await attack();
  const report = await visitors.stop();
  memory.stop();
  const share = report.good / (report.good + report.failed + report.refused);
  expect(share, JSON.stringify(report)).toBeGreaterThanOrEqual(SHARE_GOOD_MIN);
  expect(report.good).toBeGreaterThan(GOOD_MIN);
  expect(memory.peakBytes - memory.startBytes).toBeLessThan(RISE_BYTES_MAX);
  expect(server.child.exitCode).toBeNull();
  expect((await server.cli('health')).code).toBe(0);
  return result;
}
