import { parseAddress } from '../address.ts';

type Range = readonly [first: number, bits: number];

/** IANA IPv4 special-purpose registry (RFC 6890) and what is no host: private, shared, documentation, benchmarks, multicast. */
const SPECIAL_V4: readonly Range[] = [
  [0x00_00_00_00, 8],
  [0x0a_00_00_00, 8],
  [0x64_40_00_00, 10],
  [0x7f_00_00_00, 8],
  [0xa9_fe_00_00, 16],
  [0xac_10_00_00, 12],
  [0xc0_00_00_00, 24],
  [0xc0_00_02_00, 24],
  [0xc0_a8_00_00, 16],
  [0xc6_12_00_00, 15],
  [0xc6_33_64_00, 24],
  [0xcb_00_71_00, 24],
  [0xe0_00_00_00, 3],
];

const isIn = (word: number, [first, bits]: Range): boolean => (word ^ first) >>> (32 - bits) === 0;

const DOCUMENTATION_V6: Range = [0x20_01_0d_b8, 32];
/** Everything that is routed worldwide (RFC 4291 §2.4). */
const GLOBAL_V6: Range = [0x20_00_00_00, 3];

/** Writes the address into `words`; its width when it can be somewhere in the world, else 0. */
export function parsePublic(address: string, words: Uint32Array): 0 | 32 | 128 {
  const bits = parseAddress(address, words);
  if (bits === 0) return 0;
  // parseAddress fills word 0 of every address.
  const first = words[0]!;
  if (bits === 32) return SPECIAL_V4.some((range) => isIn(first, range)) ? 0 : 32;
  return isIn(first, GLOBAL_V6) && !isIn(first, DOCUMENTATION_V6) ? 128 : 0;
}
