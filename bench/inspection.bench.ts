import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { HoldfastProcess, ROOT } from '../tests/support/holdfast-process.ts';
import { readCorpus, type Row } from './inspection/corpora.ts';
import {
  describeDetection,
  describeMisses,
  detectionGates,
  isReached,
  type Gate,
  type Replayed,
} from './inspection/detection.ts';
import { half, learnAndReplay, learningGates } from './inspection/learning.ts';
import { comparePeers } from './inspection/speed.ts';
import { replay, type Fate } from './inspection/replay.ts';
import { startPeer } from './measured-process.ts';
import { report } from './report.ts';

/**
 * What inspection stops and what it touches, over real HTTP through the running gateway in its default configuration, and what that
 * costs beside nginx with ModSecurity and the Core Rule Set, and beside a bare Node proxy. All gates have to hold at once.
 */
const { values: options } = parseArgs({
  options: {
    corpora: { type: 'string', default: resolve(ROOT, '../shared/corpora') },
    /** Honest traffic to learn the shop's schema from, where it is not that of the corpora themselves. */
    lessons: { type: 'string' },
    misses: { type: 'string', default: join(tmpdir(), 'holdfast-inspection-misses.jsonl') },
    'no-peer': { type: 'boolean', default: false },
    'no-speed': { type: 'boolean', default: false },
    'only-speed': { type: 'boolean', default: false },
  },
});
const MARKER = '\r\nx-bench-application: 1';

function read(name: string): readonly Row[] {
  const rows = readCorpus(options.corpora, name);
  if (rows !== null) return rows;
  process.stderr.write(`${name}: not found in ${options.corpora}; its gates are NOT measured\n`);
  return [];
}

async function detect(upstreamPort: number): Promise<Replayed> {
  await using holdfast = await HoldfastProcess.start({
    args: ['--to', `http://127.0.0.1:${upstreamPort}`, '--mode', 'enforce', '--listen', 'http://127.0.0.1:0'],
  });
  const port = Number(new URL(holdfast.plain).port);
  const send = async (name: string): Promise<readonly Fate[]> => {
    process.stderr.write(`replaying ${name} …\n`);
    return replay(read(name), { port, marker: MARKER });
  };
  // One corpus after the other: what is measured is a gateway at work, not a race of four loads.
  return {
    payloads: await send('payloads-dev'),
    benign: await send('benign-dev'),
    csic: await send('csic-dev'),
    crs: await send('crs-regression'),
  };
}

async function learn(upstreamPort: number): Promise<readonly Gate[]> {
  const exam = read('csic-dev');
  if (exam.length === 0) return [];
  const own = options.lessons === undefined ? exam : (readCorpus(options.lessons, 'csic-dev') ?? []);
  const lessons = own.filter(({ label }) => label === 'benign');
  const parts = { upstreamPort, marker: MARKER };
  process.stderr.write('learning a schema from the honest half of csic-dev …\n');
  const whole = await learnAndReplay({ ...parts, lessons, exam });
  const unseen = exam.filter((row) => row.label === 'attack' || half([row], 1).length > 0);
  return learningGates(whole, await learnAndReplay({ ...parts, lessons: half(lessons, 0), exam: unseen }));
}

async function detectAndLearn(upstreamPort: number): Promise<readonly Gate[]> {
  const replayed = await detect(upstreamPort);
  process.stderr.write(describeDetection(replayed));
  writeFileSync(options.misses, describeMisses(replayed));
  process.stderr.write(`misses: ${options.misses}\n`);
  return [...detectionGates(replayed), ...(await learn(upstreamPort))];
}

const upstream = await startPeer('upstream.ts');
const speed = options['no-speed'] ? null : await comparePeers(upstream.port, !options['no-peer']);
const detected = options['only-speed'] ? [] : await detectAndLearn(upstream.port);
const gates: readonly Gate[] = [...detected, ...(speed?.gates ?? [])];
for (const gate of gates) {
  const goal = gate.atLeast === undefined ? `at most ${gate.atMost}` : `at least ${gate.atLeast}`;
  process.stderr.write(`${isReached(gate) ? 'reached' : 'MISSED '} ${gate.name}: ${gate.value} (${goal})\n`);
}
const ok = gates.every(isReached);
report({
  name: 'inspection',
  budget: 'every gate at once, one default configuration',
  ok,
  results: { gates, speed: speed?.measured ?? null },
});
upstream.child.kill();
process.exitCode = ok ? 0 : 1;
