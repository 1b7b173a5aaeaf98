/** Longer values are compared up to here: the work is the product of both lengths. */
const VALUE_UNITS_MAX = 16_384;
/** Elsewhere a UTF-16 unit is a character. */
const BEYOND_ONE_UNIT = /[\ud800-\udfff]/;

/**
 * `LIKE` (STIX 2.1 §9.6): `%` stands for any text, `_` for one character; the whole value must fit. Both in NFC.
 *
 * @example likeOf('he__o%')('hello, world') // true
 */
export function likeOf(pattern: string): (value: string) => boolean {
  const wanted = Array.from(pattern.normalize('NFC')).filter((char, index, all) => char !== '%' || all[index - 1] !== '%');
  // Most values are told from most patterns by this alone.
  const longest = pattern
    .normalize('NFC')
    .split(/[%_]/u)
    .reduce((held, part) => (part.length > held.length ? part : held), '');
  return (value) => {
    const normal = value.slice(0, VALUE_UNITS_MAX).normalize('NFC');
    return normal.includes(longest) && fits(BEYOND_ONE_UNIT.test(normal) ? Array.from(normal) : normal, wanted);
  };
}

/** Only the last `%` is ever gone back to: what stands before it has found its earliest place. */
function fits(chars: ArrayLike<string>, wanted: readonly string[]): boolean {
  let at = 0;
  let want = 0;
  let star = -1;
  let starAt = 0;
  while (at < chars.length) {
    const next = wanted[want];
    if (next === '%') {
      star = want;
      starAt = at;
      want += 1;
    } else if (next !== undefined && (next === '_' || next === chars[at])) {
      at += 1;
      want += 1;
    } else if (star !== -1) {
      starAt += 1;
      at = starAt;
      want = star + 1;
    } else return false;
  }
  while (wanted[want] === '%') want += 1;
  return want === wanted.length;
}
