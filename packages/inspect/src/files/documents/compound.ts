import type { Reader } from '../bytes/reader.ts';
import type { FileBytes } from '../types.ts';

const HEADER_BYTES = 512;
const ENTRY_BYTES = 128;
const ENTRIES_MAX = 65_536;
const FREE_FROM = 0xff_ff_ff_fa;
const HEADER_SECTORS = 109;
const MINI_LIMIT = 4096;
const MINI_BYTES = 64;
/** What following a chain by one sector counts as: chains of hostile files lead through each other. */
const STEP_WORK = 64;

export interface CompoundEntry {
  readonly name: string;
  readonly isStorage: boolean;
  readonly isStream: boolean;
  readonly start: number;
  readonly bytes: number;
}

/** A compound file ([MS-CFB]): sectors in chains, a table of the chains, and a directory in one of them. */
export class Compound {
  readonly #reader: Reader;
  readonly #sectorBytes: number;
  readonly #tables: readonly number[];
  readonly entries: readonly CompoundEntry[];
  readonly fault: string | null;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#sectorBytes = 2 ** Math.min(16, Math.max(7, reader.u16(30, true)));
    this.#tables = this.#readTables();
    const chain = this.#chain(reader.u32(48, true));
    this.entries = this.#readDirectory(chain);
    this.fault = this.entries[0]?.name === 'Root Entry' || this.entries[0]?.name === 'R' ? null : 'it has no directory';
  }

  /** A stream that lies in sectors of its own. Short streams lie in the stream of the root. */
  open({ start, bytes }: CompoundEntry): FileBytes | null {
    if (bytes >= MINI_LIMIT) return this.#chained(this.#chain(start, bytes), this.#sectorBytes, bytes);
    const root = this.entries[0];
    if (root === undefined) return null;
    return this.#short(this.#chained(this.#chain(root.start), this.#sectorBytes, root.bytes), start, bytes);
  }

  #short(mini: FileBytes, start: number, bytes: number): FileBytes {
    const table = this.#chain(this.#reader.u32(60, true));
    const numbers: number[] = [];
    const perSector = this.#sectorBytes / 4;
    for (let at = start; at < FREE_FROM && numbers.length * MINI_BYTES < bytes;) {
      numbers.push(at);
      this.#reader.work.spend(STEP_WORK);
      const sector = table[Math.floor(at / perSector)];
      at = sector === undefined ? FREE_FROM : this.#reader.u32(this.#place(sector) + (at % perSector) * 4, true);
      if (at < 0) break;
    }
    return pieces(
      numbers.map((number) => number * MINI_BYTES),
      MINI_BYTES,
      { bytes, source: mini },
    );
  }

  #chained(chain: readonly number[], each: number, bytes: number): FileBytes {
    return pieces(
      chain.map((sector) => this.#place(sector)),
      each,
      { bytes, source: this.#reader },
    );
  }

  #place(sector: number): number {
    return (
      HEADER_BYTES + (this.#sectorBytes - HEADER_BYTES) * (this.#sectorBytes > HEADER_BYTES ? 1 : 0) + sector * this.#sectorBytes
    );
  }

  /** Sectors of the table of chains: the first in the header, the others in a chain of their own (§2.5). */
  #readTables(): readonly number[] {
    const reader = this.#reader;
    const tables: number[] = [];
    const sectorsMax = Math.ceil(reader.size / this.#sectorBytes);
    const take = (from: number, count: number): void => {
      for (let index = 0; index < count && tables.length < sectorsMax; index++) {
        const sector = reader.u32(from + index * 4, true);
        if (sector >= 0 && sector < FREE_FROM) tables.push(sector);
      }
    };
    take(76, HEADER_SECTORS);
    const perSector = this.#sectorBytes / 4 - 1;
    let next = reader.u32(68, true);
    for (let count = 0; next >= 0 && next < FREE_FROM && count < sectorsMax; count++) {
      take(this.#place(next), perSector);
      next = reader.u32(this.#place(next) + perSector * 4, true);
    }
    return tables;
  }

  /** A chain that does not end in as many steps as there are sectors goes in a circle: it ends there. */
  #chain(start: number, bytes: number = this.#reader.size): readonly number[] {
    const sectorsMax = Math.ceil(Math.min(bytes, this.#reader.size) / this.#sectorBytes);
    const perSector = this.#sectorBytes / 4;
    const chain: number[] = [];
    for (let at = start; at >= 0 && at < FREE_FROM && chain.length < sectorsMax;) {
      chain.push(at);
      this.#reader.work.spend(STEP_WORK);
      const table = this.#tables[Math.floor(at / perSector)];
      at = table === undefined ? FREE_FROM : this.#reader.u32(this.#place(table) + (at % perSector) * 4, true);
    }
    return chain;
  }

  #readDirectory(chain: readonly number[]): readonly CompoundEntry[] {
    const entries: CompoundEntry[] = [];
    for (const sector of chain) {
      for (let at = 0; at < this.#sectorBytes && entries.length < ENTRIES_MAX; at += ENTRY_BYTES) {
        const entry = this.#readEntry(this.#place(sector) + at);
        if (entry !== null) entries.push(entry);
      }
    }
    return entries;
  }

  #readEntry(at: number): CompoundEntry | null {
    const reader = this.#reader;
    const kind = reader.u8(at + 66);
    if (kind !== 1 && kind !== 2 && kind !== 5) return null;
    const nameBytes = Math.min(64, Math.max(0, reader.u16(at + 64, true) - 2));
    const name = new TextDecoder('utf-16le').decode(reader.read(at, nameBytes));
    return {
      name,
      isStorage: kind === 1,
      isStream: kind === 2,
      start: reader.u32(at + 116, true),
      bytes: Math.max(0, reader.u32(at + 120, true)),
    };
  }
}

/** Octets in pieces of one size as one file. */
function pieces(places: readonly number[], each: number, { bytes, source }: { bytes: number; source: FileBytes }): FileBytes {
  const size = Math.min(bytes, places.length * each);
  return {
    size,
    read: (offset, length) => {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const result = new Uint8Array(wanted);
      for (let done = 0; done < wanted;) {
        const at = offset + done;
        const inside = at % each;
        const octets = source.read((places[Math.floor(at / each)] ?? 0) + inside, Math.min(each - inside, wanted - done));
        if (octets.length === 0) return result.subarray(0, done);
        result.set(octets, done);
        done += octets.length;
      }
      return result;
    },
  };
}
