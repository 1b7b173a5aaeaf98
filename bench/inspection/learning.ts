import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastProcess } from '../../tests/support/holdfast-process.ts';
import type { Row } from './corpora.ts';
import type { Gate } from './detection.ts';
import { balancedAccuracy, count, percent } from './rates.ts';
import { replay, type Fate } from './replay.ts';

export interface LearningParts {
  readonly upstreamPort: number;
  readonly marker: string;
  /** Honest rows to learn from. */
  readonly lessons: readonly Row[];
  /** What is sent afterwards, in enforce mode. */
  readonly exam: readonly Row[];
}

const APPLICATION = 'app';
/** The gateway learns from a sample of busy traffic; here it shall see all. */
const LESSONS_PER_SECOND_MAX = 90;
/** The gateway tells what it learned every few seconds. */
const LEARNED_WAIT_MS = 1000;
const LEARNED_TRIES_MAX = 60;

/** Half of the rows, by a hash of their ids: the same half in every run. */
export const half = (rows: readonly Row[], side: 0 | 1): readonly Row[] =>
  rows.filter(({ id }) => ((createHash('sha256').update(id).digest()[0] ?? 0) & 1) === side);

/** Learns a schema from honest traffic through the gateway as an operator would, accepts it, and sends the exam in enforce mode. */
export async function learnAndReplay({ upstreamPort, marker, lessons, exam }: LearningParts): Promise<readonly Fate[]> {
  await using holdfast = await HoldfastProcess.start({
    args: ['--to', `http://127.0.0.1:${upstreamPort}`, '--mode', 'monitor', '--listen', 'http://127.0.0.1:0'],
  });
  const port = Number(new URL(holdfast.plain).port);
  await replay(lessons, { port, marker, perSecondMax: LESSONS_PER_SECOND_MAX });
  await untilLearned(holdfast, lessons.length);
  await mustDo(holdfast, 'schema', 'accept', APPLICATION, '--yes', '--reason', 'bench');
  await mustDo(holdfast, 'app', 'mode', APPLICATION, 'enforce', '--reason', 'bench');
  // Awaited here: the server goes when this function ends.
  return await replay(exam, { port, marker });
}

async function mustDo(holdfast: HoldfastProcess, ...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await holdfast.cli(...args);
  if (code !== 0) throw new Error(`holdfast ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
}

/** Until the control plane has seen as many requests as were sent, or has had no new ones for some time. */
async function untilLearned(holdfast: HoldfastProcess, wanted: number): Promise<void> {
  let before = -1;
  for (let tries = 0, still = 0; tries < LEARNED_TRIES_MAX && still < 10; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- asked again when some time has passed
    const { data } = await holdfast.cli<{ requests: number }>('schema', 'status', APPLICATION);
    if (data.requests >= wanted) return;
    still = data.requests === before ? still + 1 : 0;
    before = data.requests;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(LEARNED_WAIT_MS);
  }
}

/** Odd parameters without attack text, stopped by what was learned; honest requests of the same application, not stopped. */
export function learningGates(whole: readonly Fate[], unseen: readonly Fate[]): readonly Gate[] {
  const attacks = (fates: readonly Fate[]): readonly Fate[] => fates.filter(({ row }) => row.label === 'attack');
  const honest = (fates: readonly Fate[]): readonly Fate[] => fates.filter(({ row }) => row.label === 'benign');
  return [
    { name: 'csic TPR with tamper, schema learned', value: percent(count(attacks(whole))), atLeast: 85 },
    { name: 'csic FPR, schema learned', value: percent(count(honest(whole))), atMost: 1 },
    { name: 'csic TPR with tamper, schema learned on one half', value: percent(count(attacks(unseen))), atLeast: 85 },
    { name: 'csic FPR on the half that was not learned from', value: percent(count(honest(unseen))), atMost: 1 },
    {
      name: 'csic BA with tamper, learned on one half',
      value: balancedAccuracy(count(attacks(unseen)), count(honest(unseen))),
      atLeast: 92,
    },
  ];
}
