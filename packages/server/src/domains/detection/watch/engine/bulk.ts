import type { BulkRoute } from '../watch.ts';

const BELOW = '/*';

/** Answers whether much may be fetched of a route: it is marked itself, or one above it is with everything below (`/export/*`). */
export function bulkOf(routes: readonly BulkRoute[]): (application: string, route: string) => boolean {
  const whole = new Set<string>();
  const below: { readonly application: string; readonly start: string }[] = [];
  for (const { application, route } of routes) {
    if (route.endsWith(BELOW)) below.push({ application, start: route.slice(0, -1) });
    else whole.add(`${application} ${route}`);
  }
  if (routes.length === 0) return () => false;
  return (application, route) =>
    whole.has(`${application} ${route}`) || below.some((one) => one.application === application && route.startsWith(one.start));
}
