import type { PlaybookCheck } from '@holdfast/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { checkPlaybook } from '../calls.ts';
import { linesOf, type LinesByPointer } from './json-lines.ts';

/** How long after the last key a text is checked. */
const PAUSE_MS = 400;

export interface Checked {
  /** Of the text as it stands; null while it is no JSON. */
  readonly document: unknown;
  readonly isJson: boolean;
  readonly lines: LinesByPointer;
  /** What was found last, perhaps for what stood there a moment ago. */
  readonly check: PlaybookCheck | undefined;
  /** What was found belongs to what stands there now. */
  readonly isCurrent: boolean;
  readonly error: unknown;
}

const NO_LINES: LinesByPointer = new Map();

/** What the server makes of a text while it is typed: it alone knows what is right. */
export function useCheck(text: string): Checked {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const lines = useMemo(() => linesOf(text), [text]);
  const isJson = lines !== null;
  const isSettled = settled === text;
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['playbook-check', settled],
    queryFn: async () => checkPlaybook(JSON.parse(settled)),
    enabled: isSettled && isJson && text.trim() !== '',
    placeholderData: keepPreviousData,
    // Each text is asked once; documents are large.
    staleTime: Infinity,
    gcTime: 0,
  });
  return {
    document: useMemo((): unknown => (isJson ? JSON.parse(text) : null), [isJson, text]),
    isJson,
    lines: lines ?? NO_LINES,
    check: data,
    isCurrent: isSettled && isJson && !isPlaceholderData && data !== undefined,
    error,
  };
}
