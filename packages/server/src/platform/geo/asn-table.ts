import { parseAddress } from '../address.ts';

/** Autonomous systems by range, in columns: half a million rows in a few megabytes. Sorted by first address. */
export interface AsnTable {
  /** `words`: what `parseAddress` wrote; only the first 64 bits of IPv6 are looked at. */
  find(words: Uint32Array, bits: 32 | 128): number | null;
  /** The organisation that announces it. */
  nameOf(asn: number): string | null;
  readonly ranges: number;
}

const BLOCK = 65_536;
const NAME_CHARS_MAX = 128;

/** A column that grows. */
class Column {
  #values = new Uint32Array(BLOCK);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const wider = new Uint32Array(this.length * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.length] = value;
    this.length += 1;
  }

  /** Shortened to what it holds. */
  done(): Uint32Array {
    return this.#values.slice(0, this.length);
  }
}

class Ranges {
  readonly #firstHigh = new Column();
  readonly #firstLow = new Column();
  readonly #lastHigh = new Column();
  readonly #lastLow = new Column();
  readonly #asn = new Column();

  /** Rows come in the order of their first address; one that does not is left out. */
  add(first: Uint32Array, last: Uint32Array, asn: number): void {
    this.#firstHigh.push(first[0]!);
    this.#firstLow.push(first[1]!);
    this.#lastHigh.push(last[0]!);
    this.#lastLow.push(last[1]!);
    this.#asn.push(asn);
  }

  done(): (high: number, low: number) => number | null {
    const [firstHigh, firstLow] = [this.#firstHigh.done(), this.#firstLow.done()];
    const [lastHigh, lastLow] = [this.#lastHigh.done(), this.#lastLow.done()];
    const asn = this.#asn.done();
    return (high, low) => {
      let from = 0;
      let to = asn.length;
      while (from < to) {
        const middle = (from + to) >>> 1;
        const begins = firstHigh[middle]! - high || firstLow[middle]! - low;
        if (begins <= 0) from = middle + 1;
        else to = middle;
      }
      const at = from - 1;
      if (at < 0) return null;
      const ends = lastHigh[at]! - high || lastLow[at]! - low;
      return ends >= 0 ? asn[at]! : null;
    };
  }

  get size(): number {
    return this.#asn.length;
  }
}

/** Names in one piece of text: ninety thousand strings of their own would take more than the ranges. */
function packNames(names: ReadonlyMap<number, string>): (asn: number) => string | null {
  return nameIn(joined(names));
}

interface JoinedNames {
  readonly numbers: Uint32Array;
  /** Where the name of each number ends in the text. */
  readonly ends: Uint32Array;
  readonly text: Buffer;
}

function joined(names: ReadonlyMap<number, string>): JoinedNames {
  const numbers = Uint32Array.from([...names.keys()].toSorted((left, right) => left - right));
  const ends = new Uint32Array(numbers.length);
  const parts: Buffer[] = [];
  let end = 0;
  numbers.forEach((asn, at) => {
    const part = Buffer.from(names.get(asn) ?? '', 'utf8');
    parts.push(part);
    end += part.length;
    ends[at] = end;
  });
  return { numbers, ends, text: Buffer.concat(parts) };
}

function nameIn({ numbers, ends, text }: JoinedNames): (asn: number) => string | null {
  return (asn) => {
    let from = 0;
    let to = numbers.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (numbers[middle]! < asn) from = middle + 1;
      else to = middle;
    }
    return numbers[from] === asn ? text.toString('utf8', from === 0 ? 0 : ends[from - 1], ends[from]) : null;
  };
}

/** `1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."`: three fields without quotes, then a name that may have some (RFC 4180). */
function readRow(line: string): { first: string; last: string; asn: number; name: string } | null {
  const one = line.indexOf(',');
  const two = line.indexOf(',', one + 1);
  const three = line.indexOf(',', two + 1);
  if (one === -1 || two === -1 || three === -1) return null;
  const asn = Number(line.slice(two + 1, three));
  const field = line.slice(three + 1);
  const name = field.startsWith('"') ? field.slice(1, field.endsWith('"') ? -1 : undefined).replaceAll('""', '"') : field;
  if (!Number.isInteger(asn) || asn < 1 || asn > 0xffff_ffff) return null;
  return { first: line.slice(0, one), last: line.slice(one + 1, two), asn, name: name.slice(0, NAME_CHARS_MAX) };
}

interface Rows {
  readonly v4: Ranges;
  readonly v6: Ranges;
  readonly names: Map<number, string>;
}

function takeRows({ v4, v6, names }: Rows): (line: string) => void {
  const first = new Uint32Array(4);
  const last = new Uint32Array(4);
  return (line) => {
    const row = readRow(line);
    if (row === null) return;
    const bits = parseAddress(row.first, first);
    if (bits === 0 || parseAddress(row.last, last) !== bits) return;
    if (bits === 32) {
      first[1] = 0;
      last[1] = 0;
    }
    (bits === 32 ? v4 : v6).add(first, last, row.asn);
    if (!names.has(row.asn)) names.set(row.asn, row.name);
  };
}

/** Reads rows of both widths; what is no row is left out. */
export async function readAsnTable(files: readonly AsyncIterable<Buffer>[]): Promise<AsnTable> {
  const rows: Rows = { v4: new Ranges(), v6: new Ranges(), names: new Map() };
  const take = takeRows(rows);
  for (const file of files) await eachLine(file, take);
  return toTable(rows);
}

/** A function of its own: what it gives keeps the columns, and nothing of what they were made of. */
function toTable({ v4, v6, names }: Rows): AsnTable {
  const find = { v4: v4.done(), v6: v6.done() };
  const table = { nameOf: packNames(names), ranges: v4.size + v6.size };
  return { ...table, find: findIn(find) };
}

type Find = (high: number, low: number) => number | null;

const findIn =
  ({ v4, v6 }: { readonly v4: Find; readonly v6: Find }): AsnTable['find'] =>
  // parseAddress fills both words.
  (words, bits) =>
    bits === 32 ? v4(words[0]!, 0) : v6(words[0]!, words[1]!);

const LINE_CHARS_MAX = 1024;

async function eachLine(chunks: AsyncIterable<Buffer>, take: (line: string) => void): Promise<void> {
  let rest = '';
  for await (const chunk of chunks) {
    // Names beyond ASCII may be cut in two here; the numbers cannot.
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_CHARS_MAX) rest = '';
    for (const line of lines) take(line);
  }
  if (rest !== '') take(rest);
}
