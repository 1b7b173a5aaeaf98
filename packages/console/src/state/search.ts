import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** What stands behind the `?`: plain words, so that an address can be read, sent and kept. */
export type Search = Readonly<Record<string, string>>;

const VALUE_CHARS_MAX = 512;

export function parseSearch(text: string): Search {
  return Object.fromEntries(
    [...new URLSearchParams(text)].filter(([, value]) => value !== '' && value.length <= VALUE_CHARS_MAX),
  );
}

export function writeSearch(search: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(search).flatMap(([key, value]) =>
    typeof value === 'string' && value !== '' ? [[key, value]] : [],
  );
  const text = new URLSearchParams(given).toString();
  return text === '' ? '' : `?${text}`;
}

export interface SearchState {
  readonly search: Search;
  /** Null or an empty text takes a key away; a filter that changes begins at the first page again. */
  readonly set: (change: Readonly<Record<string, string | null>>) => void;
}

/** Filters, the page of a list and what is opened live in the address: reload, back and links keep them. */
export function useSearchState(): SearchState {
  // The router reads addresses with `parseSearch`, which makes nothing but texts.
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const set = useCallback(
    (change: Readonly<Record<string, string | null>>) => {
      const keepsPage = Object.keys(change).every((key) => key === 'show' || key === 'cursor');
      const { cursor: _cursor, ...rest } = search;
      const next = Object.entries({ ...(keepsPage ? search : rest), ...change });
      void navigate({
        to: '.',
        search: Object.fromEntries(next.filter(([, value]) => value !== null && value !== '')),
        // Only another page of a list is worth a step back.
        replace: !('cursor' in change),
        resetScroll: 'cursor' in change,
      });
    },
    [navigate, search],
  );
  return { search, set };
}

/** A part of the address that the page's path names with `$`. */
export function usePageParam(name: string): string {
  const params: Readonly<Record<string, string | undefined>> = useParams({ strict: false });
  const value = params[name];
  if (value === undefined) throw new Error(`assertion: the path of this page names ${name}`);
  return value;
}
