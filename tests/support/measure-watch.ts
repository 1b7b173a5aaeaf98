import type { EventRecord } from '@holdfast/contract';
import { Worker } from 'node:worker_threads';
import { ALL_BEHAVIOURS } from '../../packages/server/src/domains/detection/behaviours/all.ts';
import { readOwnRules } from '../../packages/server/src/domains/detection/rules/own/own-files.ts';
import { Engine } from '../../packages/server/src/domains/detection/watch/engine/engine.ts';
import { requestEvent } from '../../packages/server/src/domains/detection/watch/testing/test-events.ts';
import type { RuleText } from '../../packages/server/src/domains/detection/watch/watch.ts';
import { isSigmaCorpusPresent, readSigmaCorpus, rulesIn } from './sigma-corpus.ts';

const EVENTS = 5000;
const VISITORS = 300;
const ROUND_MS = 2000;
const WARM_ROUNDS = 2;
const HANDED_BATCH = 100;
const HANDED_ROUNDS = 200;

export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Honest requests of a shop: a few hundred visitors, paths with numbers and words, queries with escapes. */
export function shopEvents(count = EVENTS): EventRecord[] {
  const words = ['lamp', 'r%C3%A9sum%C3%A9', 'coffee+table', 'a%20chair', 'order', 'blue'];
  return Array.from({ length: count }, (_, index) => {
    const word = words[index % words.length] ?? '';
    // Whoever asks keeps address, browser and session: one that changes with each request is an attack, and costs as one.
    const visitor = index % VISITORS;
    const path = index % 3 === 0 ? `/orders/${index}/items` : `/products/${index % 400}`;
    return requestEvent(
      {
        address: `10.0.${visitor % 7}.${visitor % 251}`,
        userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/${100 + (visitor % 30)}.0`,
        method: index % 5 === 0 ? 'POST' : 'GET',
        path,
        route: path.replaceAll(/\d+/gu, '{}'),
        query: index % 2 === 0 ? `q=${word}&page=${index % 9}` : '',
        status: index % 40 === 0 ? 404 : 200,
        session: `s${visitor}`,
        referrer: 'https://shop.example/',
      },
      1_700_000_000_000 + index * 10,
    );
  });
}

/** Our own rules, the public web rules where they lie beside the checkout, and made-up ones up to a number. */
export async function ruleTexts(
  count: number,
): Promise<{ readonly texts: RuleText[]; readonly own: number; readonly public: number }> {
  const own = (await readOwnRules()).map(({ file, text }): RuleText => ({ file, text, state: 'on' }));
  const corpus = isSigmaCorpusPresent ? rulesIn(readSigmaCorpus()) : [];
  const foreign = corpus
    .filter(([, text]) => /category:\s*(?:webserver|proxy)/u.test(text))
    .map(([file, text]): RuleText => ({ file, text, state: 'on' }));
  const texts = [...own, ...foreign].slice(0, Math.max(count, own.length));
  for (let index = texts.length; index < count; index += 1)
    texts.push({ file: `made-${index}.yml`, text: madeUp(index), state: 'on' });
  return { texts, own: own.length, public: Math.min(foreign.length, Math.max(0, count - own.length)) };
}

function madeUp(index: number): string {
  const word = (by: number): string => (Math.imul(index * 7 + by, 2_654_435_761) >>> 0).toString(36);
  return `title: made ${index}
id: made-${index}
logsource: { category: webserver }
detection:
  where: { 'cs-uri-query|contains': ['/${word(1)}.php', '${word(2)}=${word(3)}'] }
  how: { cs-method: POST, 'c-useragent|contains': '${word(4)}' }
  condition: where or how
`;
}

export interface Judged {
  readonly rules: number;
  readonly compileMs: number;
  readonly perSecond: number;
  readonly hits: number;
}

/** Mapping, matching, correlations and, where wanted, behaviours: everything the thread does with an event, in processor time. */
export async function judge(texts: readonly RuleText[], { behaviours }: { readonly behaviours: boolean }): Promise<Judged> {
  const engine = new Engine({
    definitions: behaviours ? ALL_BEHAVIOURS : [],
    places: { find: () => null },
    now: Date.now,
    isExempt: () => false,
    onFault(detector, cause) {
      throw new Error(`assert: ${detector} does not fail`, { cause });
    },
  });
  const beganCompile = cpuMs();
  const { rules } = await engine.setRules(texts, async () => Promise.resolve());
  const compileMs = Math.round(cpuMs() - beganCompile);
  const events = shopEvents();
  for (let round = 0; round < WARM_ROUNDS; round += 1) engine.observe(events);
  engine.takeHits();
  const began = cpuMs();
  let judged = 0;
  while (cpuMs() - began < ROUND_MS) {
    engine.observe(events);
    judged += events.length;
  }
  const perSecond = Math.round(judged / ((cpuMs() - began) / 1000));
  const hits = engine.takeHits().reduce((sum, one) => sum + one.hits, 0);
  return { rules: rules?.ruleset.rules.length ?? 0, compileMs, perSecond, hits };
}

/** What an event costs the process that hands it to the thread: it is copied there. Microseconds of this thread. */
export async function handOver(): Promise<number> {
  const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => {})', { eval: true });
  const events = shopEvents(HANDED_BATCH);
  const post = (): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of this process, not a window
    worker.postMessage({ kind: 'events', batch: 1, events });
  };
  for (let round = 0; round < HANDED_ROUNDS; round += 1) post();
  const before = process.threadCpuUsage();
  for (let round = 0; round < HANDED_ROUNDS; round += 1) post();
  const { user, system } = process.threadCpuUsage(before);
  await worker.terminate();
  return (user + system) / (HANDED_ROUNDS * HANDED_BATCH);
}
