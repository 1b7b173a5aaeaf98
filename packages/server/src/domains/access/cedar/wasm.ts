import { createRequire } from 'node:module';
import type * as CedarModule from '@cedar-policy/cedar-wasm/nodejs';

export type Cedar = typeof CedarModule;

const require = createRequire(import.meta.url);
const NAME = '@cedar-policy/cedar-wasm/nodejs';

let loaded: Cedar | null = null;
let generation = 0;

/** Each time that it was loaded anew: what was prepared in it before is gone. */
export const cedarGeneration = (): number => generation;

/**
 * Runs in Cedar, which is loaded with the first policy: it takes 14 MiB, and most installations begin without one. After a
 * trap its memory cannot be trusted any more, so the next call finds a new one; this call throws, and whoever decides denies.
 */
export function inCedar<Result>(run: (cedar: Cedar) => Result): Result {
  // The package's own types describe what this entry exports.
  loaded ??= require(NAME) as Cedar;
  try {
    return run(loaded);
  } catch (error) {
    // A trap of WebAssembly is a RuntimeError; running out of the stack on the way in is a RangeError.
    if (error instanceof Error && (error.name === 'RuntimeError' || error instanceof RangeError)) {
      Reflect.deleteProperty(require.cache, require.resolve(NAME));
      loaded = null;
      generation += 1;
    }
    throw error;
  }
}
