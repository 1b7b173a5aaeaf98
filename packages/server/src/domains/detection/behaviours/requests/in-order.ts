const NUMBER = /^\d{1,15}$/u;
/** A walk may leave some out. */
const STEP_MAX = 10;

/**
 * How many ids, one after the other, only go up or only go down in small steps. Answers of a walk that asks for several at once
 * come in a slightly different order, so it is the longest chain within the order of time, not a run without gaps.
 */
export function walkLength(ids: readonly string[]): number {
  const numbers: number[] = [];
  for (const id of ids) {
    const last = id.slice(id.lastIndexOf(',') + 1);
    if (NUMBER.test(last)) numbers.push(Number(last));
  }
  return Math.max(chainLength(numbers), chainLength(numbers.map((value) => -value)));
}

/** Of the longest rising chain, if it covers its range densely enough to be a walk; by patience sorting. */
function chainLength(numbers: readonly number[]): number {
  const tails: number[] = [];
  for (const value of numbers) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    tails[low] = value;
  }
  if (tails.length === 0) return 0;
  // A chain among ids in no order is about twice the square root of their number long.
  if (tails.length < Math.max(2, numbers.length * 0.6)) return longestRun(numbers);
  const range = Math.max(...numbers) - Math.min(...numbers);
  return range <= numbers.length * STEP_MAX ? tails.length : longestRun(numbers);
}

function longestRun(numbers: readonly number[]): number {
  let [longest, run] = [0, 0];
  let before: number | null = null;
  for (const value of numbers) {
    const isNext: boolean = before !== null && value > before && value - before <= STEP_MAX;
    run = isNext ? run + 1 : 1;
    longest = Math.max(longest, run);
    before = value;
  }
  return longest;
}
