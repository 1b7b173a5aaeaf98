import { BUCKET, FINGERPRINT_BYTES, LANES, PAGES, PLACE, RECORD, ROUND_BYTES, UNROLLED } from './layout.ts';
import { branchIf, call, done, encodeModule, line, loop, TYPE, when } from './wasm.ts';
import { i16x8, i32, i8x16, local, v128 } from './wasm.ts';
import type { Code, WasmFunction } from './wasm.ts';

/**
 * The search itself, after Teddy of Hyperscan (Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher for Modern CPUs", NSDI 2019):
 * each octet of the text is turned into the set of buckets (bits of an octet) that have it as first, second or third octet of a
 * fingerprint, by one table for its low and one for its high nibble; where the sets of three octets in a row meet, the words of
 * those buckets are compared. It reads nothing but its memory, and its loops end with the text.
 */
const FUNCTION = { matches: 0, confirm: 1 } as const;
/** Of the vectors of a round. */
const INDICES = Array.from({ length: UNROLLED }, (_, index) => index);

/** (record, end of fingerprint, start of text, end of text): does this word stand there? */
function matchesFunction(): WasmFunction {
  const [record, last, start, end, at, stop] = [0, 1, 2, 3, 4, 5];
  const pairs = RECORD.vectors;
  const code: Code[] = [
    line(local.get(last), local.get(record), i32.load(RECORD.back), i32.sub, local.tee(at)),
    line(local.get(start), i32.ltU),
    when(i32.const(0), done),
    line(local.get(at), local.get(record), i32.load(RECORD.length), i32.add, local.tee(stop)),
    line(local.get(end), i32.gtU),
    when(i32.const(0), done),
    loop(
      // A letter is compared with its bit of the case set; behind the word all bits are set on both sides.
      line(local.get(at), v128.load(0), local.get(record), v128.load(pairs + LANES), v128.or),
      line(local.get(record), v128.load(pairs), v128.xor, v128.anyTrue),
      when(i32.const(0), done),
      line(local.get(record), i32.const(RECORD.pairBytes), i32.add, local.set(record)),
      line(local.get(at), i32.const(LANES), i32.add, local.tee(at)),
      line(local.get(stop), i32.ltU, branchIf(0)),
    ),
    i32.const(1),
  ];
  return { parameters: 4, locals: [TYPE.i32, TYPE.i32], code: line(...code) };
}

/** Puts `matches` for all words of one bucket; leaves the function with 1 when one does. */
function bucketCode(bucket: number, names: { record: number; last: number; start: number; end: number }): Code {
  const { record, last, start, end } = names;
  return line(
    line(local.get(bucket), i32.load(PLACE.buckets + BUCKET.from), local.set(record)),
    loop(
      line(local.get(record), local.get(last), local.get(start), local.get(end), call(FUNCTION.matches)),
      when(i32.const(1), done),
      line(local.get(record), i32.const(RECORD.bytes), i32.add, local.tee(record)),
      line(local.get(bucket), i32.load(PLACE.buckets + BUCKET.to), i32.ltU, branchIf(0)),
    ),
  );
}

/** Clears the lowest bit that is set, and leaves the others. */
const dropBit = (bits: number): Code => line(local.get(bits), local.get(bits), i32.const(1), i32.sub, i32.and, local.tee(bits));

/** (address of the round, start of text, end of text): is one of the candidates of this round, of which there are some, a word? */
function confirmFunction(): WasmFunction {
  const [round, start, end, lanes, lane, bits, bucket, record, last] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const lanesOf = (index: number): Code =>
    line(
      line(i32.const(0), v128.load(PLACE.candidates + index * LANES), v128.const(0), i8x16.ne, i8x16.bitmask),
      line(i32.const(index * LANES), i32.shl),
    );
  const nextBucket: Code[] = [
    line(local.get(bits), i32.ctz, i32.const(Math.log2(BUCKET.bytes)), i32.shl, local.set(bucket)),
    bucketCode(bucket, { record, last, start, end }),
    line(dropBit(bits), branchIf(0)),
  ];
  const code: Code[] = [
    // One loop over all of them: which vector a candidate stands in is nothing that a processor could foresee.
    line(lanesOf(0), ...INDICES.slice(1).map((index) => line(lanesOf(index), i32.or)), local.set(lanes)),
    loop(
      line(local.get(lanes), i32.ctz, local.tee(lane), local.get(round), i32.add, local.set(last)),
      line(local.get(lane), i32.load8u(PLACE.candidates), local.set(bits)),
      loop(...nextBucket),
      line(dropBit(lanes), branchIf(0)),
    ),
    i32.const(0),
  ];
  return { parameters: 3, locals: Array.from({ length: 6 }, () => TYPE.i32), code: line(...code) };
}

/** (start of text, end of text): is a word in it? */
function findFunction(): WasmFunction {
  const [start, end, at, nibble, low, high, first, second, found] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const firstBefore = found + 1;
  const secondBefore = firstBefore + 1;
  const tables = secondBefore + 1;
  const hits = tables + 2 * FINGERPRINT_BYTES;
  const sets = (octet: number): Code =>
    line(
      line(local.get(tables + 2 * octet), local.get(low), i8x16.relaxedSwizzle),
      line(local.get(tables + 2 * octet + 1), local.get(high), i8x16.relaxedSwizzle, v128.and),
    );
  /** A candidate stands where its third octet is: the sets of the two before come from one and from two lanes before. */
  const vectorCode = (index: number): Code[] => [
    line(local.get(at), v128.load(index * LANES), local.tee(high), local.get(nibble), v128.and, local.set(low)),
    line(local.get(high), i32.const(4), i16x8.shrU, local.get(nibble), v128.and, local.set(high)),
    line(local.get(firstBefore), sets(0), local.tee(first), i8x16.shuffleFrom(LANES - 2)),
    line(local.get(secondBefore), sets(1), local.tee(second), i8x16.shuffleFrom(LANES - 1), v128.and),
    line(sets(2), v128.and, local.tee(hits + index)),
    index === 0 ? local.set(found) : line(local.get(found), v128.or, local.set(found)),
    line(local.get(first), local.set(firstBefore), local.get(second), local.set(secondBefore)),
  ];
  const tableIndices = Array.from({ length: 2 * FINGERPRINT_BYTES }, (_, index) => index);
  const code: Code[] = [
    line(v128.const(0x0f), local.set(nibble)),
    ...tableIndices.map((index) => line(i32.const(0), v128.load(PLACE.nibbles + index * LANES), local.set(tables + index))),
    line(local.get(start), i32.const(-LANES), i32.and, local.set(at)),
    loop(
      ...INDICES.flatMap(vectorCode),
      line(local.get(found), v128.anyTrue),
      when(
        ...INDICES.map((index) => line(i32.const(0), local.get(hits + index), v128.store(PLACE.candidates + index * LANES))),
        line(local.get(at), local.get(start), local.get(end), call(FUNCTION.confirm)),
        when(i32.const(1), done),
      ),
      line(local.get(at), i32.const(ROUND_BYTES), i32.add, local.tee(at)),
      line(local.get(end), i32.ltU, branchIf(0)),
    ),
    i32.const(0),
  ];
  const vectors = Array.from({ length: hits + UNROLLED - nibble }, () => TYPE.v128);
  return { parameters: 2, locals: [TYPE.i32, ...vectors], code: line(...code) };
}

/** Some hundred octets, the same each time. */
export function wordModule(): Uint8Array<ArrayBuffer> {
  return encodeModule([matchesFunction(), confirmFunction(), findFunction()], 'find', PAGES);
}
