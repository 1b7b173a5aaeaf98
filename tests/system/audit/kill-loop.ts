import { checkConsistency, leafHash, openCheckpoint, proveConsistency, type Checkpoint } from '@holdfast/ledger';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cursor } from '../../../packages/server/src/domains/audit/segments/segment-cursor.ts';
import { openLedgerFiles } from './ledger-files.ts';

export interface KillOutcome {
  readonly kills: number;
  readonly acked: number;
  readonly stored: number;
  /** Acknowledged and not there, or there with another text. */
  readonly lost: readonly number[];
  /** Checkpoints seen before a kill that the final log does not extend. */
  readonly broken: readonly number[];
  readonly checkpoints: number;
  readonly faults: readonly string[];
}

/** Starts the writer, kills it at a random moment, again and again; then asks the disk what it remembers. */
export async function killLoop(dataDir: string, kills: number): Promise<KillOutcome> {
  const acked = new Map<number, string>();
  const notes: Buffer[] = [];
  const faults: string[] = [];
  for (let turn = 0; turn < kills; turn += 1) {
    const lines = await runUntilKilled(dataDir, 5 + Math.random() * 150);
    for (const line of lines) {
      const [index = '', text = ''] = line.split(' ');
      if (!/^\d+$/u.test(index)) faults.push(line);
      else if (acked.has(Number(index))) faults.push(`index ${index} was acknowledged twice`);
      else acked.set(Number(index), text);
    }
    const note = await readFile(join(dataDir, 'ledger/checkpoint')).catch(() => null);
    if (note !== null) notes.push(note);
  }
  return { kills, acked: acked.size, faults, checkpoints: notes.length, ...(await judge(dataDir, acked, notes)) };
}

async function runUntilKilled(dataDir: string, waitMs: number): Promise<string[]> {
  const program = join(import.meta.dirname, 'ledger-writer.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning', program, dataDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    // The first acknowledgement shows that recovery is over: from there the moment is random.
    if (output === '') setTimeout(() => child.kill('SIGKILL'), waitMs);
    output += text;
  });
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(giveUp);
  // The last line may be cut by the kill: that acknowledgement never left the process whole.
  return output.split('\n').slice(0, -1);
}

async function judge(dataDir: string, acked: ReadonlyMap<number, string>, notes: readonly Buffer[]) {
  const { segments, publisher, files, keys } = await openLedgerFiles(dataDir);
  const lost: number[] = [];
  const broken: number[] = [];
  try {
    const cursor = new Cursor({ segments: segments.segments }, 0);
    let stored = 0;
    while (cursor.index < segments.size) {
      const step = await cursor.next(segments.size, 512);
      if (step.kind === 'lost') lost.push(step.from);
      else {
        stored += step.frames.length;
        for (const { index, entry, hash } of step.frames) {
          const text = acked.get(index);
          const isRight = text === undefined || entry.toString() === `{"n":${index},"text":"${text}"}`;
          if (!isRight || hash.compare(leafHash(entry)) !== 0) lost.push(index);
        }
      }
    }
    await cursor.close();
    for (const index of acked.keys()) if (index >= segments.size) lost.push(index);
    const final = publisher.published;
    if (publisher.state !== 'ok' || final === null) return { stored, lost, broken: [-1] };
    for (const note of notes) {
      const seen: Checkpoint = openCheckpoint(note, keys.trust);
      const proof = await proveConsistency({ from: seen.size, to: final.size, readTile: files.readTile });
      const claim = { from: seen.size, fromRoot: seen.root, to: final.size, toRoot: final.root, proof };
      if (!checkConsistency(claim)) broken.push(seen.size);
    }
    return { stored, lost, broken };
  } finally {
    await publisher.close();
    await segments.close();
  }
}
