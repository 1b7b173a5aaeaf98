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
    misses: { type: 'string', default: join(tmpdir(), 'holdfast-inspection-misses.jsonl') },
    'no-peer': { type: 'boolean', default: false },
    'no-speed': { type: 'boolean', default: false },
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
    return replay(read(name), port, MARKER);
  };
  // One corpus after the other: what is measured is a gateway at work, not a race of four loads.
  return {
    payloads: await send('payloads-dev'),
    benign: await send('benign-dev'),
    csic: await send('csic-dev'),
    crs: await send('crs-regression'),
  };
}

const upstream = await startPeer('upstream.ts');
const replayed = await detect(upstream.port);
process.stderr.write(describeDetection(replayed));
writeFileSync(options.misses, describeMisses(replayed));
process.stderr.write(`misses: ${options.misses}\n`);

const speed = options['no-speed'] ? null : await comparePeers(upstream.port, !options['no-peer']);
const gates: readonly Gate[] = [...detectionGates(replayed), ...(speed?.gates ?? [])];
for (const gate of gates) {
  const goal = gate.atLeast === undefined ? `at most ${gate.atMost}` : `at least ${gate.atLeast}`;
  process.stderr.write(`${isReached(gate) ? 'reached' : 'MISSED '} ${gate.name}: ${gate.value} (${goal})\n`);
}
report({
  name: 'inspection',
  budget: 'every gate at once, one default configuration',
  ok: gates.every(isReached),
  results: { gates, speed: speed?.measured ?? null },
});
upstream.child.kill();
