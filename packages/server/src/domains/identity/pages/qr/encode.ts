import { alignments, codewords, versionFor } from './codewords.ts';

/** Rows of modules; true = dark. */
export type Qr = readonly (readonly boolean[])[];

/** §7.8.2 table 10: where the mask turns a module over. */
const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];
const LEVEL_M = 0;

class Grid {
  readonly size: number;
  readonly #dark: boolean[][];
  readonly #fixed: boolean[][];

  constructor(size: number) {
    this.size = size;
    this.#dark = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
    this.#fixed = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  }

  /** A module of a pattern: data and masks leave it alone. Outside the symbol nothing is set. */
  fix(x: number, y: number, isDark: boolean): void {
    const row = this.#dark[y];
    if (row === undefined || x < 0 || x >= this.size) return;
    row[x] = isDark;
    this.#fixed[y]![x] = true;
  }

  isFree(x: number, y: number): boolean {
    return this.#fixed[y]?.[x] === false;
  }

  set(x: number, y: number, isDark: boolean): void {
    // Only called for modules that are free, so they are inside.
    this.#dark[y]![x] = isDark;
  }

  rows(): boolean[][] {
    return this.#dark;
  }

  /** Applied twice it is undone. */
  mask(turns: (x: number, y: number) => boolean): void {
    for (const [y, row] of this.#dark.entries()) {
      for (const [x, isDark] of row.entries()) if (this.isFree(x, y) && turns(x, y)) row[x] = !isDark;
    }
  }
}

/** Rings around a centre: 4 wide for the finders with their quiet line, 2 for alignment. */
function rings(grid: Grid, centre: readonly [x: number, y: number], reach: number): void {
  const light = reach === 4 ? [2, 4] : [1];
  for (let dy = -reach; dy <= reach; dy += 1) {
    for (let dx = -reach; dx <= reach; dx += 1) {
      grid.fix(centre[0] + dx, centre[1] + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }
}

function placesOf(version: number, size: number): readonly number[] {
  const count = alignments(version);
  if (count === 0) return [];
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, place) => size - 7 - (count - 2 - place) * step)];
}

function patterns(grid: Grid, version: number): void {
  const { size } = grid;
  for (let place = 0; place < size; place += 1) {
    grid.fix(6, place, place % 2 === 0);
    grid.fix(place, 6, place % 2 === 0);
  }
  for (const centre of [[3, 3] as const, [size - 4, 3] as const, [3, size - 4] as const]) rings(grid, centre, 4);
  const places = placesOf(version, size);
  const last = places.at(-1);
  for (const x of places) {
    for (const y of places) {
      const isFinder = (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
      if (!isFinder) rings(grid, [x, y], 2);
    }
  }
  if (version >= 7) versionBits(grid, version);
}

/** BCH remainder (§7.9, §7.10). */
function remainder(value: number, { bits, generator }: { readonly bits: number; readonly generator: number }): number {
  let rest = value;
  for (let round = 0; round < bits; round += 1) rest = (rest << 1) ^ ((rest >>> (bits - 1)) * generator);
  return rest;
}

function versionBits(grid: Grid, version: number): void {
  const bits = (version << 12) | remainder(version, { bits: 12, generator: 0x1f_25 });
  for (let place = 0; place < 18; place += 1) {
    const isDark = ((bits >>> place) & 1) === 1;
    const across = grid.size - 11 + (place % 3);
    const down = Math.floor(place / 3);
    grid.fix(across, down, isDark);
    grid.fix(down, across, isDark);
  }
}

function formatBits(grid: Grid, mask: number): void {
  const data = (LEVEL_M << 3) | mask;
  const bits = ((data << 10) | remainder(data, { bits: 10, generator: 0x5_37 })) ^ 0x54_12;
  const { size } = grid;
  for (let place = 0; place < 15; place += 1) {
    const isDark = ((bits >>> place) & 1) === 1;
    // Around the upper left finder, past the timing line; then split between the two others.
    if (place < 8) grid.fix(8, place < 6 ? place : place + 1, isDark);
    else grid.fix(place === 8 ? 7 : 14 - place, 8, isDark);
    if (place < 8) grid.fix(size - 1 - place, 8, isDark);
    else grid.fix(8, size - 15 + place, isDark);
  }
  grid.fix(8, size - 8, true);
}

/** §7.7.3: in columns of two from the right, upwards and downwards in turn, past the timing line. */
function fill(grid: Grid, words: Uint8Array): void {
  const { size } = grid;
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const isUpwards = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const y = isUpwards ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (!grid.isFree(x, y)) continue;
        grid.set(x, y, (((words[bit >>> 3] ?? 0) >>> (7 - (bit & 7))) & 1) === 1);
        bit += 1;
      }
    }
  }
}

/** §7.8.3.1: runs, blocks, what looks like a finder, and imbalance make a symbol hard to read. */
function penalty(rows: Qr): number {
  const lines = rows.map((row) => row.map((isDark) => (isDark ? '1' : '0')).join(''));
  const columns = rows.map((_, x) => lines.map((line) => line.charAt(x)).join(''));
  let points = 0;
  for (const line of [...lines, ...columns]) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/gu)) points += run.length - 2;
    points += 40 * (line.split('10111010000').length + line.split('00001011101').length - 2);
  }
  let dark = 0;
  for (const [y, row] of rows.entries()) {
    for (const [x, isDark] of row.entries()) {
      if (isDark) dark += 1;
      const below = rows[y + 1];
      if (row[x + 1] === isDark && below?.[x] === isDark && below[x + 1] === isDark) points += 3;
    }
  }
  return points + 10 * Math.floor(Math.abs(dark / rows.length ** 2 - 0.5) * 20);
}

/**
 * A QR code (ISO/IEC 18004), byte mode, level M. Null = the text is too long for a symbol that a phone reads from a screen.
 *
 * @example encodeQr('otpauth://totp/…')
 */
export function encodeQr(text: string): Qr | null {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  if (version === null) return null;
  const grid = new Grid(version * 4 + 17);
  patterns(grid, version);
  // Their place is taken before data is laid; their value depends on the mask.
  formatBits(grid, 0);
  fill(grid, codewords(bytes, version));
  let best = { mask: 0, points: Infinity };
  for (const [mask, turns] of MASKS.entries()) {
    grid.mask(turns);
    formatBits(grid, mask);
    const points = penalty(grid.rows());
    if (points < best.points) best = { mask, points };
    grid.mask(turns);
  }
  grid.mask(MASKS[best.mask]!);
  formatBits(grid, best.mask);
  return grid.rows();
}
