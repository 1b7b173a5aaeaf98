import type { QueryClient } from '@tanstack/react-query';
import type { Permission } from '@holdfast/contract';
import type { ComponentType } from 'react';
import type { Search } from '../state/search.ts';

export interface PageAsk {
  readonly queries: QueryClient;
  readonly search: Search;
  readonly params: Readonly<Record<string, string>>;
}

/** What the file of a page exports as `page`. */
export interface PageModule {
  readonly Component: ComponentType;
  /** Reads what the page shows before it is shown; the component then finds it with `useSuspenseQuery`. */
  readonly prefetch?: (ask: PageAsk) => Promise<unknown>;
}

export const GROUPS = ['Overview', 'Protect', 'Respond', 'Identity', 'Data', 'Assure', 'Settings'] as const;

/** One line of the route table. */
export interface PageEntry {
  readonly path: string;
  readonly title: string;
  /** Where it stands in the rail; left out = it is reached from another page. */
  readonly group?: (typeof GROUPS)[number];
  /** Without this right the page is not shown in the rail; null = every role. */
  readonly needs: Permission | null;
  /** Words besides the title by which the palette finds it. */
  readonly words?: string;
  readonly load: () => Promise<{ readonly page: PageModule }>;
}
