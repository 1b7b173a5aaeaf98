const ANY = '{}';

const segmentsOf = (route: string): string[] =>
  route
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');

/**
 * Whether some path belongs to both: the route of a patch, and one that was folded from what was seen.
 *
 * @example routesMeet('/orders/{}/note', '/Orders/4711/note/') // true
 */
export function routesMeet(left: string, right: string): boolean {
  const [mine, theirs] = [segmentsOf(left), segmentsOf(right)];
  if (mine.length !== theirs.length) return false;
  return mine.every((segment, index) => segment === ANY || theirs[index] === ANY || segment === theirs[index]);
}
