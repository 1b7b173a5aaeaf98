import type { QueryClient } from '@tanstack/react-query';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, type AnyRoute } from '@tanstack/react-router';
import { meQuery, statusQuery } from '../api/queries.ts';
import type { PageEntry } from '../pages/page.ts';
import { PAGES } from '../pages/table.ts';
import { parseSearch, writeSearch, type Search } from '../state/search.ts';
import { PageSkeleton } from '../ui/Skeleton.tsx';
import { Fault } from './Fault.tsx';
import { NotFound } from './NotFound.tsx';
import { Shell } from './Shell.tsx';

function routeOf(entry: PageEntry, parent: AnyRoute, queries: QueryClient): AnyRoute {
  return createRoute({
    getParentRoute: () => parent,
    path: entry.path,
    validateSearch: (search: Record<string, unknown>): Search => search as Search,
    loaderDeps: ({ search }) => search,
    // The code of the page comes first, because it knows what it reads; both are there before the page is shown.
    loader: async ({ params, deps }) => {
      const { page } = await entry.load();
      await page.prefetch?.({ queries, params, search: deps });
    },
    component: lazyRouteComponent(async () => ({ default: (await entry.load()).page.Component })),
  });
}

/** All pages of the table below one frame. */
export function createConsoleRouter(queries: QueryClient) {
  const root = createRootRoute({
    component: Shell,
    errorComponent: Fault,
    notFoundComponent: NotFound,
    loader: async () => Promise.all([queries.ensureQueryData(meQuery), queries.prefetchQuery(statusQuery)]),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return createRouter({
    routeTree: root.addChildren(PAGES.map((entry) => routeOf(entry, root, queries))),
    parseSearch,
    stringifySearch: writeSearch,
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: Fault,
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });
}
