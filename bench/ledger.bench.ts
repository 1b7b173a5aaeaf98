import type { EventRecord } from '@holdfast/contract';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openAudit } from '../packages/server/src/domains/audit/index.ts';
import { createBus } from '../packages/server/src/platform/bus/bus.ts';
import { systemClock as clock } from '../packages/server/src/platform/clock.ts';
import { prepareDataDir } from '../packages/server/src/platform/data-dir.ts';
import { openDatabase } from '../packages/server/src/platform/db/database.ts';
import { migrate } from '../packages/server/src/platform/db/migrate.ts';
import { openKeyring } from '../packages/server/src/platform/keyring/keyring.ts';
import { openSubjectKeys } from '../packages/server/src/platform/keyring/subject-keys.ts';
import { silentLog as log } from '../packages/server/src/platform/log.ts';
import { report } from './report.ts';

/**
 * Records that are durable, encrypted and under a signed checkpoint: how many a second, and how long an acknowledgement
 * takes at a steady rate. Two shapes: a decided request (two ciphertexts of a visitor) and a change by an operator (none).
 */
const BUDGET_PER_SECOND = 20_000;
const BUDGET_P99_MS = 25;
const RATE = 5000;
const SECONDS = 4;
const RECORDS = 60_000;
const OUTSTANDING = 4000;

const dataDir = await mkdtemp(join(tmpdir(), 'hf-bench-ledger-'));
await prepareDataDir(dataDir);
const keyring = await openKeyring({ dataDir });
const subjectKeys = await openSubjectKeys({ dataDir, keyring });
const db = await openDatabase({ kind: 'embedded', dataDir }, log);
await migrate({ db, clock, log });
const bus = createBus({ db, clock, log, node: 'bench' });
const settings = {
  requests: 'decisions',
  segmentBytesMax: 64 * 1_048_576,
  spoolBytesMax: 4096 * 1_048_576,
  flushMs: 10,
} as const;
const audit = await openAudit({ platform: { dataDir, clock, log, keyring, subjectKeys, db, bus }, settings, node: 'bench' });

let made = 0;
const idOf = (number: number): string => number.toString(16).toUpperCase().padStart(26, '0');
const base = {
  version: 1,
  node: 'bench',
  tenant: 'default',
  severity: 'medium',
  trace: null,
} as const;

/** A blocked request as the gateway records it, from one of 5,000 addresses. */
function requestEvent(): EventRecord {
  made += 1;
  const address = `198.51.${Math.floor((made % 5000) / 250)}.${made % 250}`;
  return {
    ...base,
    id: idOf(made),
    type: 'request.completed',
    time: Date.now(),
    actor: { kind: 'visitor', ref: '' },
    application: 'shop',
    target: '/search',
    outcome: 'blocked',
    reason: 'sqli',
    requestId: made.toString(16).toUpperCase().padStart(12, '0'),
    subject: address,
    payload: {
      address,
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
      method: 'GET',
      host: 'shop.test',
      path: '/search',
      query: `q=1%27%20OR%201%3D1%20--&page=${made}`,
      protocol: 'http/1.1',
      status: 403,
      problem: 'request-blocked',
      mode: 'enforce',
      requestBytes: 420,
      responseBytes: 1800,
      durationUs: 900,
      upstreamUs: 0,
      score: 0.97,
      findings: [
        {
          rule: 'sqli-tautology',
          group: 'sqli',
          confidence: 0.97,
          location: 'query',
          name: 'q',
          chain: ['percent'],
          sample: "1' OR 1=1 --",
          why: 'always true',
          exception: null,
        },
      ],
      steps: [{ step: 'inspect', verdict: 'block', detail: 'sqli' }],
      snapshot: 4,
      masked: null,
    },
  };
}

function changeEvent(): EventRecord {
  made += 1;
  return {
    ...base,
    id: idOf(made),
    type: 'application.mode.changed',
    time: Date.now(),
    actor: { kind: 'operator', ref: 'host:1000' },
    application: 'shop',
    target: 'shop',
    outcome: 'ok',
    reason: 'tuned for a week without a false alarm',
    requestId: null,
    subject: null,
    payload: { from: 'monitor', to: 'enforce', group: null },
  };
}

/** As fast as acknowledgements come back, with a bounded number outstanding; then until a checkpoint covers the last one. */
async function flatOut(make: () => EventRecord): Promise<{ durablePerSecond: number; signedPerSecond: number }> {
  const began = performance.now();
  let left = RECORDS;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await audit.append(make());
    }
  };
  await Promise.all(Array.from({ length: OUTSTANDING }, worker));
  const durableMs = performance.now() - began;
  await audit.prove(audit.status().size - 1);
  const perSecond = (ms: number): number => Math.round(RECORDS / (ms / 1000));
  return { durablePerSecond: perSecond(durableMs), signedPerSecond: perSecond(performance.now() - began) };
}

async function steady(
  make: () => EventRecord,
): Promise<{ offered: number; perSecond: number; p50: number; p99: number; max: number }> {
  const delays: number[] = [];
  const waiting: Promise<void>[] = [];
  const began = performance.now();
  let sent = 0;
  while (performance.now() - began < SECONDS * 1000) {
    const due = Math.floor(((performance.now() - began) / 1000) * RATE);
    for (; sent < due; sent += 1) {
      const at = performance.now();
      waiting.push(audit.append(make()).then(() => void delays.push(performance.now() - at)));
    }
    await wait(1);
  }
  await Promise.all(waiting);
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { offered: RATE, perSecond: Math.round(delays.length / SECONDS), p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function drained(): Promise<number> {
  const began = performance.now();
  const behind = audit.status().size - audit.status().projected;
  while (audit.status().projected < audit.status().size) await wait(20);
  return behind === 0 ? 0 : Math.round(behind / ((performance.now() - began) / 1000));
}

// The first second compiles; it is not measured.
await Promise.all(Array.from({ length: 5000 }, () => audit.append(requestEvent())));
await drained();
// Changes are what somebody waits for; records of requests are never waited for, and are told for comparison.
const latency = { changes: await steady(changeEvent), requests: { p50: 0, p99: 0 } };
await drained();
const { p50, p99 } = await steady(requestEvent);
latency.requests = { p50, p99 };
await drained();
const requests = await flatOut(requestEvent);
const projected = await drained();
const changes = await flatOut(changeEvent);
await drained();
const beganVerify = performance.now();
const verdict = await audit.verify();
const verifyMs = Math.round(performance.now() - beganVerify);
const beganOpen = performance.now();
await audit.close();
const closeMs = Math.round(performance.now() - beganOpen);
const reopening = performance.now();
const again = await openAudit({ platform: { dataDir, clock, log, keyring, subjectKeys, db, bus }, settings, node: 'bench' });
const openMs = Math.round(performance.now() - reopening);
const isWhole = verdict.ok && again.status().state === 'open';
await again.close();
await bus.close();
await subjectKeys.close();
await db.close();
await rm(dataDir, { recursive: true, force: true });

report({
  name: 'ledger',
  budget: `>= ${BUDGET_PER_SECOND} changes/s durable and signed; p99 acknowledgement of changes <= ${BUDGET_P99_MS} ms at ${RATE}/s`,
  ok: isWhole && changes.signedPerSecond >= BUDGET_PER_SECOND && latency.changes.p99 <= BUDGET_P99_MS,
  results: {
    requests,
    changes,
    latencyMs: latency,
    projectedPerSecond: projected,
    records: verdict.size,
    verifyMs,
    closeMs,
    openMs,
    rssMiB: Math.round(process.memoryUsage().rss / 1_048_576),
  },
});
