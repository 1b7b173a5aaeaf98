import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { expectedBans, killRounds } from '../../support/kill-rounds.ts';
import { startTestApplication } from '../../support/test-application.ts';

const ROUNDS = 10;
const folder = mkdtempSync(join(tmpdir(), 'hf-kills-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`killed ${ROUNDS} times under load: every acknowledged change is in force and in the ledger, and the ledger verifies`, async () => {
  await using application = await startTestApplication();
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const report = await killRounds({ rounds: ROUNDS, dataDir, upstream: application.url });
  expect(report.acknowledged.length).toBeGreaterThan(ROUNDS);
  await using server = await HoldfastProcess.start({ args: ['--to', application.url], dataDir });
  const bans = await server.cli<{ bans: { prefix: string }[] }>('ban', 'list');
  const listed = bans.data.bans.map(({ prefix }) => prefix);
  const { held, gone } = expectedBans(report);
  expect(held.filter((prefix) => !listed.includes(prefix))).toEqual([]);
  expect(gone.filter((prefix) => listed.includes(prefix))).toEqual([]);
  // Nothing beside what was acknowledged or left open by a kill.
  const known = new Set([...held, ...report.uncertain]);
  expect(listed.filter((prefix) => !known.has(prefix))).toEqual([]);

  const tail = await server.cli<{ events: { payload: { prefix?: string }; target: string | null }[] }>(
    'audit',
    'tail',
    '-n',
    '10000',
    '--type',
    'ban.added',
  );
  const recorded = new Set(tail.data.events.map(({ payload }) => payload.prefix));
  const wanted = report.acknowledged.filter(({ isBanned }) => isBanned).map(({ prefix }) => prefix);
  expect(wanted.filter((prefix) => !recorded.has(prefix))).toEqual([]);
  const verified = await server.cli<{ ok: boolean; faults: string[] }>('audit', 'verify');
  expect(verified.data).toMatchObject({ ok: true, faults: [] });
  expect(verified.code).toBe(0);
}, 240_000);
