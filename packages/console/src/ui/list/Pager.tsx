import { useSearchState } from '../../state/search.ts';
import { Button } from '../Button.tsx';

/** Lists go from page to page by cursor: forward from here, back by the browser's own way. */
export function Pager({ next, count }: { readonly next: string | null; readonly count: number }) {
  const { search, set } = useSearchState();
  const isFirst = search['cursor'] === undefined;
  if (isFirst && next === null) return null;
  return (
    <nav
      aria-label="Parts of the list"
      className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2.5 text-soft"
    >
      <span>{count} on this page</span>
      <span className="flex gap-2">
        {!isFirst && <Button onClick={() => set({ cursor: null })}>First page</Button>}
        {!isFirst && <Button onClick={() => history.back()}>Back</Button>}
        {next !== null && <Button onClick={() => set({ cursor: next })}>Next</Button>}
      </span>
    </nav>
  );
}
