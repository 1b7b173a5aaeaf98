import { AddressTable, AddressTableBuilder, EXEMPT } from '../../../../platform/lookup/address-table.ts';
import { MarkPool, marksOf, NO_SET, type MarkArrays } from '../../../../platform/lookup/marks.ts';
import { newPrefix, readPrefix } from '../../../../platform/lookup/prefix.ts';
import { compilePattern, type LinearPattern } from '../../../protection/index.ts';
import type { Warninglist } from '../formats/misp-warninglist.ts';
import { normaliseIndicator, type Indicator } from '../formats/normalise.ts';

/** A list of what is known to be good. `name` is what a refusal says: "on the allow list", "warning list …". */
export interface KnownList extends Pick<Warninglist, 'type'> {
  readonly name: string;
  readonly list: readonly string[];
}

/** Each is tried on every text: more would make the compiling of tables slow. */
const SUBSTRINGS_MAX = 1000;
const PATTERNS_MAX = 16;
const FOREVER = Number.MAX_SAFE_INTEGER;

/** Wider ones would refuse a good part of the Internet: no list means that. */
const V4_LENGTH_MIN = 8;
const V6_LENGTH_MIN = 19;

const prefix = newPrefix();

/** Answers whether something is known to be good, and by which list. */
export class Known {
  readonly #lists: readonly KnownList[];
  readonly #table: AddressTable;
  readonly #marks: MarkArrays;
  readonly #exact = new Map<string, string>();
  readonly #below = new Map<string, string>();
  readonly #parts: { readonly part: string; readonly name: string }[] = [];
  readonly #patterns: { readonly pattern: LinearPattern; readonly name: string }[] = [];
  readonly #prefixes: string[] = [];

  constructor(lists: readonly KnownList[]) {
    this.#lists = lists;
    const pool = new MarkPool();
    const addresses = new AddressTableBuilder();
    for (const [list, { name, type, list: values }] of lists.entries()) {
      for (const value of values) {
        if (readPrefix(value.trim(), prefix)) {
          const fields = { list, action: 0, confidence: 0, length: prefix.length, seenAt: 0, endsAt: FOREVER };
          addresses.add(prefix, pool.mark(fields));
          this.#prefixes.push(value.trim());
        } else this.#addText(type, value.trim().toLowerCase(), name);
      }
    }
    this.#table = new AddressTable(addresses.build(pool));
    this.#marks = pool.arrays();
  }

  /** All lists that have it; the first is told. */
  listsOf({ kind, value }: Indicator): readonly string[] {
    if (kind === 'address') return this.#listsOfAddress(value);
    const exact = this.#exact.get(value);
    const found = exact === undefined ? [] : [exact];
    if (kind === 'host') found.push(...this.#above(value.replace(/^\*\./u, '')));
    for (const { part, name } of this.#parts) if (value.includes(part)) found.push(name);
    for (const { pattern, name } of this.#patterns) if (pattern.test(value)) found.push(name);
    return [...new Set(found)];
  }

  /** Within a listed prefix, known ones stay free. */
  exempt(builder: AddressTableBuilder): void {
    for (const text of this.#prefixes) if (readPrefix(text, prefix)) builder.add(prefix, EXEMPT);
  }

  #addText(type: KnownList['type'], value: string, name: string): void {
    if (value === '') return;
    if (type === 'substring' && this.#parts.length < SUBSTRINGS_MAX) this.#parts.push({ part: value, name });
    if (type === 'hostname') this.#below.set(value.replace(/^\*?\./u, ''), name);
    if (type === 'string') this.#exact.set(normaliseIndicator(null, value)?.value ?? value, name);
    if (type !== 'regex' || this.#patterns.length >= PATTERNS_MAX) return;
    // Linear, whatever the list says: `/…/i` as MISP writes it, without the slashes.
    const compiled = compilePattern(/^\/(.*)\/[a-z]*$/u.exec(value)?.[1] ?? value);
    if (compiled.kind === 'pattern') this.#patterns.push({ pattern: compiled.pattern, name });
  }

  #listsOfAddress(value: string): readonly string[] {
    if (!readPrefix(value, prefix)) return [];
    const { length, bits } = prefix;
    if (length < (bits === 32 ? V4_LENGTH_MIN : V6_LENGTH_MIN)) return ['too broad'];
    const set = this.#table.at(prefix);
    if (set === NO_SET) return [];
    const covering = marksOf(this.#marks, set, 0).filter((mark) => mark.length <= length);
    return [...new Set(covering.map(({ list }) => this.#lists[list]?.name ?? ''))];
  }

  *#above(host: string): Generator<string> {
    for (let at = 0; at >= 0; at = host.indexOf('.', at) + 1 || -1) {
      const name = this.#below.get(host.slice(at));
      if (name !== undefined) yield name;
    }
  }
}
