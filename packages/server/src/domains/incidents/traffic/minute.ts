const FIELDS = 5;
const COUNT = 4;
const ROWS_FIRST = 64;
/** Different kinds of requests that one minute holds; of the rest only the number is known. */
export const ROWS_MAX = 8192;

/** Who asked for what, as the numbers of `Interned`. */
export interface Asked {
  client: number;
  session: number;
  account: number;
  place: number;
}

/** One minute: equal requests are one row with a count, found by an open-addressed table, all in flat arrays. */
export class Minute {
  readonly at: number;
  /** Requests that found no room. */
  dropped = 0;
  #used = 0;
  #rows = new Int32Array(ROWS_FIRST * FIELDS);
  #index = new Int32Array(ROWS_FIRST * 2);

  constructor(at: number) {
    this.at = at;
  }

  add(asked: Asked): void {
    let slot = this.#slotOf(asked);
    const held = this.#index[slot]!;
    if (held !== 0) {
      this.#rows[(held - 1) * FIELDS + COUNT]! += 1;
      return;
    }
    if (this.#used === ROWS_MAX) {
      this.dropped += 1;
      return;
    }
    if (this.#used * 2 >= this.#index.length) {
      this.#grow();
      slot = this.#slotOf(asked);
    }
    this.#rows.set([asked.client, asked.session, asked.account, asked.place, 1], this.#used * FIELDS);
    this.#used += 1;
    this.#index[slot] = this.#used;
  }

  each(visit: (asked: Asked, count: number) => void): void {
    const rows = this.#rows;
    const asked: Asked = { client: 0, session: 0, account: 0, place: 0 };
    for (let at = 0; at < this.#used * FIELDS; at += FIELDS) {
      // In range: `used` rows are written.
      asked.client = rows[at]!;
      asked.session = rows[at + 1]!;
      asked.account = rows[at + 2]!;
      asked.place = rows[at + 3]!;
      visit(asked, rows[at + COUNT]!);
    }
  }

  /** Of the row that is equal, or where it would stand. */
  #slotOf(asked: Asked): number {
    const mask = this.#index.length - 1;
    let slot = mixed(asked) & mask;
    for (;;) {
      const held = this.#index[slot]!;
      if (held === 0 || this.#isRow(held - 1, asked)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isRow(row: number, { client, session, account, place }: Asked): boolean {
    const at = row * FIELDS;
    const rows = this.#rows;
    return rows[at] === client && rows[at + 3] === place && rows[at + 1] === session && rows[at + 2] === account;
  }

  #grow(): void {
    const rows = new Int32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
    this.#index = new Int32Array(this.#index.length * 2);
    let row = 0;
    this.each((asked) => {
      row += 1;
      this.#index[this.#slotOf(asked)] = row;
    });
  }
}

function mixed({ client, session, account, place }: Asked): number {
  let mix = Math.imul(client, 0x9e3779b1) ^ Math.imul(session, 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 15) ^ account, 0xc2b2ae35) ^ Math.imul(place, 0x27d4eb2f);
  return (mix ^ (mix >>> 13)) >>> 0;
}
