import { watchForms } from './forms.ts';
import { guardFetch } from './guard.ts';

export { check, type Field, type Sending } from './check.ts';
export { guardFetch } from './guard.ts';
export { validate, type PlannedRequest } from './request.ts';

/**
 * Watches the forms of the page. `script` may carry messages (`data-message-…`). Returns what undoes it.
 *
 * @example const stop = start();
 */
export function start(script: Element | null = null): () => void {
  return watchForms(document, script);
}

/** Loaded by a script element it starts by itself; imported it waits to be told. */
function startFor(scripts: Iterable<HTMLScriptElement>): void {
  for (const script of scripts) {
    if (script.src !== import.meta.url || script.dataset['start'] === 'off') continue;
    start(script);
    if (script.dataset['fetch'] === 'on') guardFetch();
    return;
  }
}
// Where pages are made on a server there is no document.
if (typeof document !== 'undefined') startFor(document.scripts);
