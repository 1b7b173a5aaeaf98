import type { Detection, EventRecord } from '@holdfast/contract';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newEvent } from '../../../platform/bus/new-event.ts';
import { systemClock } from '../../../platform/clock.ts';
import { prepareDataDir } from '../../../platform/data-dir.ts';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../platform/log.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { randomBytes } from 'node:crypto';
import { createWatch } from './create-watch.ts';
import { ownEvent, requestEvent } from './testing/test-events.ts';
import type { RuleText, Watch } from './watch.ts';

const SOON = { timeout: 60_000, interval: 20 };
const FRAGILE = new URL('testing/fragile-thread.ts', import.meta.url);

const TRAVERSAL: RuleText = {
  file: 'own/traversal.yml',
  state: 'on',
  text: `title: Path traversal
id: own-path-traversal
level: high
logsource: { category: webserver }
detection: { sel: { 'cs-uri-query|contains': '../' }, condition: sel }
`,
};
const FAILURES: RuleText = {
  file: 'own/failures.yml',
  state: 'on',
  text: `title: Failed sign-in
id: failed
logsource: { product: holdfast, service: identity }
detection: { sel: { type: identity.sign-in-refused }, condition: sel }
---
title: Many failures
id: many
correlation: { type: event_count, rules: [failed], group-by: [payload.person], timespan: 10m, condition: { gte: 6 } }
`,
};
const failure = (): EventRecord =>
  ownEvent('identity.sign-in-refused', { person: 'a-person-who-fails', cause: 'wrong' }, Date.now());

let dataDir = '';
let keyring: Keyring;
let recorded: EventRecord[] = [];
let found: Detection[] = [];
const watches: Watch[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hf-watch-'));
  await prepareDataDir(dataDir);
  keyring = await openKeyring({ dataDir });
  recorded = [];
  found = [];
});
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

function open(program?: URL, exempt: readonly string[] = []): Watch {
  const origin = { clock: systemClock, ulid: createUlid({ clock: systemClock, random: randomBytes }), node: 'n1' };
  const watch = createWatch({
    bus: {
      newEvent: (definition, fields) => newEvent(definition, fields, origin),
      record: async (event) => void recorded.push(event),
    },
    clock: systemClock,
    log: silentLog,
    keyring,
    dataDir,
    node: 'n1',
    metrics: { count() {}, set() {} },
    settings: { cityFile: null, exempt },
    ...(program === undefined ? {} : { program }),
  });
  watch.onDetections((detections) => found.push(...detections));
  watches.push(watch);
  return watch;
}

const types = (): readonly string[] => recorded.map(({ type }) => type);
const detectors = (): readonly string[] => found.map(({ detector }) => detector);

async function watching(texts: readonly RuleText[], program?: URL): Promise<Watch> {
  const watch = open(program);
  await watch.start();
  await watch.setRules(texts);
  return watch;
}

describe('the watch', { timeout: 180_000 }, () => {
  test('judges events in a thread, says with which rules, and finds its canaries', async () => {
    const watch = await watching([TRAVERSAL]);
    expect(recorded.at(-1)).toMatchObject({ type: 'detection.rules-applied' });
    watch.observe([requestEvent({ query: 'x=..%2f' }, Date.now()), requestEvent({ query: 'x=1' }, Date.now())]);
    await vi.waitFor(() => expect(detectors()).toEqual(['own-path-traversal']), SOON);
    await vi.waitFor(() => expect(watch.health().canaries.map(({ outcome }) => outcome)).toEqual(['seen', 'seen', 'seen']), SOON);
    expect(watch.health()).toMatchObject({ state: 'watching', events: 2, dropped: 0, trouble: null });
    expect(watch.health().latencyMs).not.toBeNull();
    // A canary that is found is no alert.
    expect(detectors()).toEqual(['own-path-traversal']);
  });

  test('counts nobody of a network that is exempt as a source, and everybody else', async () => {
    const watch = open(undefined, ['203.0.113.0/24']);
    await watch.start();
    await watch.setRules([TRAVERSAL]);
    watch.setBehaviours([{ id: 'B1', state: 'on', thresholds: {} }], []);
    const stuffing = (address: string): EventRecord[] =>
      Array.from({ length: 40 }, (_none, index) => {
        const tried = { account: `a${index}`, accountKey: `k${index}`, address, userAgent: 'x', path: '/login', known: false };
        return ownEvent('authentication.failed', { ...tried, session: null }, Date.now());
      });
    watch.observe(stuffing('203.0.113.9'));
    watch.observe(stuffing('198.51.100.9'));
    await vi.waitFor(() => expect(detectors()).toContain('B1'), SOON);
    expect(JSON.stringify(found)).toContain('198.51.100.');
    expect(JSON.stringify(found)).not.toContain('203.0.113.');
  });

  test('refuses rules of which nothing can be used, and goes on with those before', async () => {
    const watch = await watching([TRAVERSAL]);
    await expect(watch.setRules([{ file: 'a.yml', text: ': [', state: 'on' }])).rejects.toMatchObject({ code: 'input-invalid' });
    watch.observe([requestEvent({ query: '../' })]);
    await vi.waitFor(() => expect(detectors()).toEqual(['own-path-traversal']), SOON);
  });

  test('remembers over a restart, and what it keeps can be read by nobody', async () => {
    const first = await watching([FAILURES]);
    first.observe(Array.from({ length: 3 }, failure));
    await first[Symbol.asyncDispose]();
    const kept = await readFile(join(dataDir, 'cache', 'watch-memory'), 'latin1');
    expect(kept).not.toContain('a-person-who-fails');
    expect(kept).not.toContain('failed');
    const second = await watching([FAILURES]);
    second.observe([failure(), failure()]);
    expect(detectors()).toEqual([]);
    second.observe([failure()]);
    await vi.waitFor(() => expect(detectors()).toEqual(['many']), SOON);
    expect(found[0]?.events).toBe(6);
    expect(found[0]?.evidence).toHaveLength(6);
  });

  test('follows a change of keys with what it keeps', async () => {
    const first = await watching([FAILURES]);
    first.observe([failure()]);
    await first[Symbol.asyncDispose]();
    const [[keyId] = ['']] = [...(await first.sealed.count())];
    expect(await first.sealed.sample(keyId)).toBe(true);
    expect(await first.sealed.reseal('another', 10)).toBe(1);
    const second = await watching([FAILURES]);
    second.observe(Array.from({ length: 5 }, failure));
    await vi.waitFor(() => expect(detectors()).toEqual(['many']), SOON);
  });

  test('begins anew where what it kept is damaged', async () => {
    const first = await watching([FAILURES]);
    first.observe(Array.from({ length: 5 }, failure));
    await first[Symbol.asyncDispose]();
    const file = join(dataDir, 'cache', 'watch-memory');
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    await writeFile(file, bytes);
    const second = await watching([FAILURES, TRAVERSAL]);
    second.observe([failure(), requestEvent({ query: '../' })]);
    await vi.waitFor(() => expect(detectors()).toEqual(['own-path-traversal']), SOON);
  });

  test('observes nothing while the keys are put away', async () => {
    const watch = await watching([TRAVERSAL]);
    keyring.putAway();
    watch.observe([requestEvent({ query: '../' })]);
    expect(watch.health()).toMatchObject({ state: 'sealed', events: 0 });
  });
});

describe('a thread that ends', { timeout: 180_000 }, () => {
  test('is told, and followed by one with the same rules that is given what was on its way', async () => {
    const watch = await watching([TRAVERSAL], FRAGILE);
    watch.observe([requestEvent({ path: '/crash', query: '../' })]);
    await vi.waitFor(() => expect(detectors()).toContain('watch-failed'), SOON);
    // What ended two threads is put away; what comes after it is judged.
    await vi.waitFor(() => expect(watch.health().dropped).toBeGreaterThan(0), SOON);
    watch.observe([requestEvent({ query: '../' })]);
    await vi.waitFor(() => expect(detectors()).toContain('own-path-traversal'), SOON);
    await vi.waitFor(() => expect(types()).toContain('detection.watch-recovered'), SOON);
    expect(types()).toContain('detection.watch-stopped');
    expect(watch.health()).toMatchObject({ state: 'watching', trouble: null });
    expect(found.find(({ kind }) => kind === 'health')).toMatchObject({ severity: 'critical' });
  });
});
