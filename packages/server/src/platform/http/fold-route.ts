/** Segments that name one thing of many: numbers, UUIDs, ULIDs, long hex. Anything else stays as it is, which is the narrower scope. */
const IDENTIFIER_SEGMENT =
  /^(?:\d{1,20}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25}|[0-9a-f]{16,64})$/u;

/** `/orders/4711/items` -> `/orders/{}/items`. */
export function routeOf(path: string): string {
  return path
    .split('/')
    .map((segment) => (mayIdentify(segment) && IDENTIFIER_SEGMENT.test(segment) ? '{}' : segment))
    .join('/');
}

/** Words of a developer are short and begin with a letter: they need no expression, and every request has some. */
function mayIdentify(segment: string): boolean {
  const first = segment.charCodeAt(0);
  return segment.length >= 16 || (first >= 0x30 && first <= 0x39);
}

/** Deeper paths are cut: one file tree must not make a route of each file. */
const SEGMENTS_MAX = 16;
/** A segment of this length is a value rather than a name. */
const NAME_CHARS_MAX = 40;
const NAME = /^[A-Za-z0-9._~-]*$/u;
/** Paths in events are cut here (contract: request.completed), so the end of one is not known. */
const PATH_CUT = 512;
export const CUT_MARK = '…';

/**
 * The route of a canonical path: segments that name one thing of many become `{}`, as in exceptions, and so do those that
 * hold what no address written by a developer does: escapes, at signs, long words.
 *
 * @example foldRoute('/orders/4711/note') // '/orders/{}/note'
 */
export function foldRoute(path: string): string {
  const isCut = path.length >= PATH_CUT;
  const segments = routeOf(path)
    .split('/', SEGMENTS_MAX + 2)
    .map((segment) => (segment === '{}' || (segment.length <= NAME_CHARS_MAX && NAME.test(segment)) ? segment : '{}'));
  if (segments.length <= SEGMENTS_MAX + 1 && !isCut) return segments.join('/');
  return [...segments.slice(0, SEGMENTS_MAX), CUT_MARK].join('/');
}

/** Whether an exception for `pattern` holds for every path of the route. */
export function coversRoute(pattern: string, route: string): boolean {
  if (pattern === route) return true;
  const left = pattern.split('/');
  const right = route.split('/');
  if (left.length !== right.length || right.includes(CUT_MARK)) return false;
  return left.every((segment, index) => segment === right[index] || (segment === '{}' && right[index] !== ''));
}
