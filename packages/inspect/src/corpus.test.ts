import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { BLOCK_CONFIDENCE, canonicalPath, decodeRequest, inspectRequest } from './index.ts';

interface Row {
  label: 'attack' | 'benign';
  class: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
  tamper?: boolean;
}

const folder = new URL('../../../../shared/corpora/', import.meta.url);
const isPresent = existsSync(folder);
if (!isPresent) process.emitWarning('corpora not found beside the checkout: detection rates are NOT measured in this run');

function load(name: string): Row[] {
  const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, folder))).toString('utf8');
  // The corpora's README fixes this shape; a row of another shape fails the rates below.
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]));
}

/** A request counts as stopped when the gateway would refuse its path, its reading or its score. */
function isStopped(row: Row): boolean {
  const path = canonicalPath(row.path.split('?', 1)[0] ?? '');
  if (path.kind === 'refused') return true;
  const headers = Object.entries(row.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const body = row.body === null ? null : new TextEncoder().encode(row.body);
  const decoded = decodeRequest({ method: row.method, target: row.path, headers, body }, path.path);
  return decoded.kind !== 'ok' || inspectRequest(decoded.request).score >= BLOCK_CONFIDENCE;
}

function share(rows: readonly Row[]): number {
  return rows.filter(isStopped).length / rows.length;
}

describe.skipIf(!isPresent)('detection rates on the development corpora', () => {
  test.each([
    ['sqli', 0.96],
    ['xss', 0.96],
    ['cmdi', 0.95],
    ['lfi', 0.95],
  ])('%s payloads are stopped at a rate of at least %d', (name, rate) => {
    const rows = load('payloads-dev').filter((row) => row.class === name);
    expect(rows.length).toBeGreaterThan(100);
    expect(share(rows)).toBeGreaterThanOrEqual(rate);
  });

  test('honest traffic is stopped at a rate of at most 0.5 %', () => {
    expect(share(load('benign-dev'))).toBeLessThanOrEqual(0.005);
  });

  test('the shop corpus: its attack text is stopped and its customers are not', () => {
    const rows = load('csic-dev').filter((row) => row.tamper !== true);
    const text = rows.filter((row) => ['sqli', 'xss', 'cmdi'].includes(row.class));
    expect(share(text)).toBeGreaterThanOrEqual(0.96);
    expect(share(rows.filter((row) => row.label === 'benign'))).toBeLessThanOrEqual(0.005);
  });
});
