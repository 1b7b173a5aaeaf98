import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Shape } from './benign.ts';

const FILE = new URL('../../../../../../../../shared/corpora/benign-dev.jsonl.gz', import.meta.url);

/** Honest requests of the corpus where it is; without it the shop's own routes are all there is, and that is said. */
export function readShapes(): Shape[] {
  if (!existsSync(FILE)) {
    process.emitWarning(`${FILE.pathname} not found: honest traffic is that of the shop only`);
    return [];
  }
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => shapeOf(JSON.parse(line)));
}

function shapeOf(line: unknown): Shape {
  // A line of the corpus has these.
  const { method, path, headers } = line as { method: string; path: string; headers: Record<string, string> };
  return { method, path, agent: headers['User-Agent'] ?? '' };
}
