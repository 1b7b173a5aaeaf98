import type { Application } from '@holdfast/contract';
import type { Exchange } from '../../exchange.ts';
import { scrub } from '../errors/scrub.ts';
import type { InlineElement } from './nonce-rewriter.ts';

export type LearnedElement = Pick<InlineElement, 'kind' | 'hash'>;

/** Different inline elements remembered in this process; pages that generate code afresh must not fill memory. */
const HASHES_MAX = 20_000;
const PATH_CHARS_MAX = 512;
/** An element is reported when it is first seen and then at each power of ten: enough to tell a template from a one-off. */
const REPORT_AT: ReadonlySet<number> = new Set([1, 10, 100, 1000, 10_000]);

// Key: application id and hash. Ids are slugs, so the space between them cannot be forged.
const seen = new Map<string, number>();

/** Notes one inline element of a page while the policy only reports; what leaves is its hash, never its text. */
export function learnInline(exchange: Exchange, application: Application, element: LearnedElement): void {
  const key = `${application.id} ${element.hash}`;
  const count = (seen.get(key) ?? 0) + 1;
  if (count === 1 && seen.size >= HASHES_MAX) return;
  seen.set(key, count);
  if (!REPORT_AT.has(count)) return;
  // It is kept in SQL as an example of a page, outside the ledger and its keys: nothing of a visitor may stand in it.
  const path = scrub(exchange.head.path).slice(0, PATH_CHARS_MAX);
  exchange.emit({
    type: 'gateway.csp.inline-seen',
    version: 1,
    severity: 'info',
    outcome: 'ok',
    reason: null,
    payload: { application: application.id, path, hash: element.hash, kind: element.kind, count },
  });
}
