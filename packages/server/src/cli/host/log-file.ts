import { open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Of a large log only the end is read. */
const TAIL_BYTES_MAX = 8_388_608;
const POLL_MS = 300;
const READ_BYTES = 65_536;

/** The complete lines at the end of a file; none when there is no file yet. */
export async function lastLines(file: string): Promise<readonly string[]> {
  const size = await sizeOf(file);
  if (size === 0) return [];
  const start = Math.max(0, size - TAIL_BYTES_MAX);
  const text = await readRange(file, { start, end: size });
  const lines = text.split('\n').filter((line) => line !== '');
  // The first one is cut when the start lies inside a line.
  return start === 0 ? lines : lines.slice(1);
}

/** Calls back for each line that is appended, until the signal. A file that got shorter was rotated: it is read from its start. */
export async function followLines(
  file: string,
  { signal, onLine }: { signal: AbortSignal; onLine: (line: string) => void },
): Promise<void> {
  let position = await sizeOf(file);
  let rest = '';
  while (!signal.aborted) {
    const size = await sizeOf(file);
    if (size < position) [position, rest] = [0, ''];
    if (size > position) {
      const end = Math.min(size, position + READ_BYTES);
      const lines = (rest + (await readRange(file, { start: position, end }))).split('\n');
      rest = (lines.pop() ?? '').slice(-READ_BYTES);
      position = end;
      for (const line of lines) if (line !== '') onLine(line);
      continue;
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => null);
  return found?.size ?? 0;
}

async function readRange(file: string, { start, end }: { start: number; end: number }): Promise<string> {
  await using handle = await open(file, 'r');
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead).toString('utf8');
}
