/** Remarks of people may hold anything: what writes them down again goes as deep as they do. */
const DEPTH_MAX = 128;

export function isDeeper(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= DEPTH_MAX; depth += 1) {
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each !== 'object' || each === null) continue;
      for (const inner of Object.values(each)) next.push(inner);
    }
    if (next.length === 0) return false;
    level = next;
  }
  return true;
}

export const TOO_DEEP = {
  kind: 'faulty',
  faults: [{ pointer: '', detail: `nested deeper than ${DEPTH_MAX}`, line: null }],
} as const;
