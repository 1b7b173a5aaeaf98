const NAME_CHARACTERS_MAX = 64;
const DISTANCE_MAX = 3;

/** The known name that was probably meant, or null: "did you mean". */
export function nearestName(given: string, known: readonly string[]): string | null {
  if (given.length > NAME_CHARACTERS_MAX) return null;
  let best: string | null = null;
  let bestDistance = Math.min(DISTANCE_MAX, Math.ceil(given.length / 2)) + 1;
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Levenshtein with one row; both inputs are short by the check above. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
