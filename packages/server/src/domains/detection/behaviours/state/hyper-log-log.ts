import { hashOf } from './hash.ts';

const BITS = 14;
const REGISTERS = 1 << BITS;
/** 64 bits of hash: 14 choose the register, the zeros of the other 50 are counted. */
const RANK_MAX = 65 - BITS;
const SEED_HIGH = 0x2545f491;
const SEED_LOW = 0x9e3779b9;
/** 1 / (2 ln 2): the constant of the estimator as the number of registers grows. */
const ALPHA = 0.5 / Math.LN2;

/**
 * How many different texts were added, in 16 KiB, with a standard error of 0.8 % (1.04 / sqrt(2^14)). The estimator is the
 * improved one of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6: it has no
 * range in which it is biased.
 */
export class HyperLogLog {
  readonly #registers: Uint8Array;
  /** How many registers hold each rank, so that an estimate costs nothing. */
  readonly #ranks = new Uint16Array(RANK_MAX + 1);

  constructor(registers = new Uint8Array(REGISTERS)) {
    this.#registers = registers;
    for (const rank of registers) this.#ranks[rank] = (this.#ranks[rank] ?? 0) + 1;
  }

  add(text: string): void {
    const high = hashOf(text, SEED_HIGH);
    const low = hashOf(text, SEED_LOW);
    // 18 bits of the upper word are left over for the zeros, then the 32 of the lower one.
    const rest = high & 0x3ffff;
    const zeros = rest === 0 ? 18 + Math.clz32(low) : Math.clz32(rest) - BITS;
    this.#raise(high >>> (32 - BITS), zeros + 1);
  }

  #raise(register: number, rank: number): void {
    const before = this.#registers[register] ?? 0;
    if (rank <= before) return;
    this.#registers[register] = rank;
    this.#ranks[before] = (this.#ranks[before] ?? 0) - 1;
    this.#ranks[rank] = (this.#ranks[rank] ?? 0) + 1;
  }

  merge(other: HyperLogLog): void {
    for (let register = 0; register < REGISTERS; register += 1) this.#raise(register, other.#registers[register] ?? 0);
  }

  estimate(): number {
    const of = (rank: number): number => (this.#ranks[rank] ?? 0) / REGISTERS;
    let sum = tau(1 - of(RANK_MAX));
    for (let rank = RANK_MAX - 1; rank >= 1; rank -= 1) sum = 0.5 * (sum + of(rank));
    return Math.round((ALPHA * REGISTERS) / (sigma(of(0)) + sum));
  }

  save(): string {
    return Buffer.from(this.#registers).toString('base64');
  }

  /** Null for what is no sketch of this size. */
  static load(state: unknown): HyperLogLog | null {
    if (typeof state !== 'string' || state.length > REGISTERS * 2) return null;
    const registers = Uint8Array.from(Buffer.from(state, 'base64'));
    return registers.length === REGISTERS && registers.every((rank) => rank <= RANK_MAX) ? new HyperLogLog(registers) : null;
  }
}

/** Of the share of registers that nothing has met. Ends: each step squares a share below one. */
function sigma(share: number): number {
  if (share >= 1) return Infinity;
  let [x, y, sum, before] = [share, 1, share, -1];
  while (sum !== before) {
    before = sum;
    x *= x;
    sum += x * y;
    y += y;
  }
  return sum;
}

/** Of the share of registers that are not full. */
function tau(share: number): number {
  if (share <= 0 || share >= 1) return 0;
  let [x, y, sum, before] = [share, 1, 1 - share, -1];
  while (sum !== before) {
    before = sum;
    x = Math.sqrt(x);
    y *= 0.5;
    sum -= (1 - x) ** 2 * y;
  }
  return sum / 3;
}
