/**
 * The few parts of the binary format of WebAssembly that a small module made by hand needs (WebAssembly core specification §5).
 * Code is a list of octets; what takes operands is a function that gives such a list.
 */
export type Code = readonly number[];

/** Value types (§5.3): their codes, as they stand in signatures and in locals. */
export const TYPE = { i32: 0x7f, v128: 0x7b } as const;

/** `\0asm` and version 1 (§5.5.16). */
const MAGIC: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const END = 0x0b;
const EMPTY_BLOCK = 0x40;

/** LEB128 without a sign (§5.2.2). */
export function unsigned(value: number): Code {
  const code: number[] = [];
  let rest = value >>> 0;
  while (rest >= 0x80) {
    code.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...code, rest];
}

/** LEB128 with a sign (§5.2.2): done when what is left is only copies of the sign bit. */
export function signed(value: number): Code {
  const code: number[] = [];
  let rest = value | 0;
  while (rest < -0x40 || rest > 0x3f) {
    code.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return [...code, rest & 0x7f];
}

/** Vector instructions, those of relaxed SIMD too: 0xfd and a number in LEB128 (WebAssembly 3.0 §5.4). */
const vector = (number: number): Code => [0xfd, ...unsigned(number)];
/** Alignment is a hint only; 0 promises none. */
const memoryArgument = (offset: number): Code => [0, ...unsigned(offset)];

/** Instructions one after another. */
export const line = (...parts: readonly Code[]): Code => parts.flat();

export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number): Code => [0x21, ...unsigned(index)],
  tee: (index: number): Code => [0x22, ...unsigned(index)],
};

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: (offset: number): Code => [0x28, ...memoryArgument(offset)],
  load8u: (offset: number): Code => [0x2d, ...memoryArgument(offset)],
  ltU: [0x49],
  gtU: [0x4b],
  ctz: [0x68],
  add: [0x6a],
  sub: [0x6b],
  and: [0x71],
  or: [0x72],
  shl: [0x74],
} as const;

export const v128 = {
  load: (offset: number): Code => [...vector(0), ...memoryArgument(offset)],
  store: (offset: number): Code => [...vector(11), ...memoryArgument(offset)],
  const: (octet: number): Code => [...vector(12), ...Array.from({ length: 16 }, () => octet)],
  and: [0xfd, 78],
  or: [0xfd, 80],
  xor: [0xfd, 81],
  anyTrue: [0xfd, 83],
} as const;

export const i8x16 = {
  /** Sixteen octets of two vectors behind one another, from the given one on. */
  shuffleFrom: (first: number): Code => [...vector(13), ...Array.from({ length: 16 }, (_, lane) => first + lane)],
  /** Every processor agrees on indices below 16, and `i8x16.swizzle` costs one instruction more to be right for others. */
  relaxedSwizzle: [0xfd, 0x80, 0x02],
  ne: [0xfd, 36],
  bitmask: [0xfd, 100],
} as const;

export const i16x8 = { shrU: [0xfd, 0x8d, 0x01] } as const;

/** Labels of `br` count outwards from the innermost block, which is 0. */
export const loop = (...body: readonly Code[]): Code => [0x03, EMPTY_BLOCK, ...body.flat(), END];
export const when = (...body: readonly Code[]): Code => [0x04, EMPTY_BLOCK, ...body.flat(), END];
export const branchIf = (label: number): Code => [0x0d, ...unsigned(label)];
export const call = (index: number): Code => [0x10, ...unsigned(index)];
export const done: Code = [0x0f];

export interface WasmFunction {
  /** All are i32, and so is the one result. */
  readonly parameters: number;
  /** Types of the locals behind the parameters. */
  readonly locals: readonly number[];
  readonly code: Code;
}

const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (code: Code): Code => [...unsigned(code.length), ...code];
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(list(items))];
/** Names here are ASCII. */
const name = (text: string): Code => list(Array.from(text, (char) => [char.charCodeAt(0)]));

/** A module that imports nothing (§5.5): `pages` of memory and the last of the functions are exported. */
export function encodeModule(functions: readonly WasmFunction[], exported: string, pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...list(Array.from({ length: parameters }, () => [TYPE.i32])),
    ...list([[TYPE.i32]]),
  ]);
  const bodies = functions.map(({ locals, code }) => sized([...list(locals.map((type) => [1, type])), ...code, END]));
  return Uint8Array.from([
    ...MAGIC,
    ...section(1, types),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    // A memory that never grows: views on it stay valid.
    ...section(5, [[0x01, ...unsigned(pages), ...unsigned(pages)]]),
    ...section(7, [
      [...name('memory'), 0x02, 0],
      [...name(exported), 0x00, ...unsigned(functions.length - 1)],
    ]),
    ...section(10, bodies),
  ]);
}
