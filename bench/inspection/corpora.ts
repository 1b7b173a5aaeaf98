import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One request of a corpus; the README beside the corpora fixes this shape. */
export interface Row {
  readonly id: string;
  readonly source: string;
  readonly label: 'attack' | 'benign';
  readonly class: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Sent byte for byte instead of everything above. */
  readonly raw?: string;
  readonly hard?: boolean;
  readonly tamper?: boolean;
  /** No header is added that the row does not name. */
  readonly noauto?: boolean;
  readonly version?: string;
  readonly rule?: number;
  readonly pl?: number;
}

/** Null when there is no such corpus in the folder. */
export function readCorpus(folder: string, name: string): readonly Row[] | null {
  const file = join(folder, `${name}.jsonl.gz`);
  if (!existsSync(file)) return null;
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]));
}

/** The request as it goes on the wire. */
export function wireBytes(row: Row): Buffer {
  if (row.raw !== undefined) return Buffer.from(row.raw);
  const body = row.body === null ? null : Buffer.from(row.body);
  const names = new Set(Object.keys(row.headers).map((name) => name.toLowerCase()));
  const lines = [`${row.method} ${row.path} ${row.version ?? 'HTTP/1.1'}`];
  for (const [name, value] of Object.entries(row.headers)) lines.push(`${name}: ${value}`);
  const isFramed = names.has('content-length') || names.has('transfer-encoding');
  if (body !== null && !isFramed && row.noauto !== true) lines.push(`Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? Buffer.alloc(0)]);
}
