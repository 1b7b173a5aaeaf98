import { routeSegments } from '@holdfast/inspect';
import type { Touched } from './recent-traffic.ts';

const ANY = '{}';
const REST = '**';
/** RFC 9110 §9.2.1. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const SPACE = ' ';

/** What was asked for, in one text: the application, whether it may change something, the method and the folded route. */
export function placeText(application: string, method: string, route: string): string {
  return `${application}${SPACE}${SAFE.has(method) ? 'r' : 'w'}${SPACE}${method}${SPACE}${route}`;
}

/** A WebSocket carries whatever its client says. */
export const SOCKET_METHOD = 'WEBSOCKET';

interface Place {
  readonly application: string;
  readonly isWrite: boolean;
  readonly method: string;
  readonly route: string;
}

function readPlace(text: string): Place {
  const [application = '', kind = '', method = '', ...route] = text.split(SPACE);
  return { application, isWrite: kind === 'w', method, route: route.join(SPACE) };
}

/** Whether a place belongs to what an action touches; of those that are about somebody and not about a place, every one does. */
export function placeTest(touched: Touched): (text: string) => boolean {
  if (touched.kind === 'application') return (text) => readPlace(text).application === touched.application;
  if (touched.kind === 'writes') {
    return (text) => {
      const { application, isWrite } = readPlace(text);
      return isWrite && application === touched.application;
    };
  }
  if (touched.kind !== 'route') return () => true;
  const wanted = touched.method === 'HEAD' ? 'GET' : touched.method;
  return (text) => {
    const { application, method, route } = readPlace(text);
    const asked = method === 'HEAD' || method === SOCKET_METHOD ? 'GET' : method;
    return application === touched.application && (wanted === '*' || wanted === asked) && meets(touched.route, route);
  };
}

/**
 * Whether some path belongs to both: the route of an action, which may end in `**`, and one that was folded from what was seen, in
 * which `{}` stands for what names one thing of many.
 */
export function meets(wanted: string, seen: string): boolean {
  const mine = segmentsOf(wanted);
  const theirs = segmentsOf(seen);
  const hasRest = mine.at(-1) === REST;
  if (hasRest) mine.pop();
  if (hasRest ? theirs.length < mine.length : theirs.length !== mine.length) return false;
  return mine.every((segment, index) => segment === ANY || theirs[index] === ANY || segment === theirs[index]);
}

const segmentsOf = (route: string): string[] => routeSegments(route).map((segment) => segment.toLowerCase());
