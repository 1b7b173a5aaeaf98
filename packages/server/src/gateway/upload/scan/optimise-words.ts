import { createWordFinder } from '@holdfast/inspect';
import v8 from 'node:v8';

let isDone = false;

/**
 * Has the code that looks for words optimised at once, though the flags of this process keep WebAssembly at baseline
 * (`platform/db/wasm-tuning.ts`): V8 compiles a function when it is first called. To be called before anything else in a thread looks
 * for words.
 */
export function optimiseWords(): void {
  if (isDone) return;
  isDone = true;
  v8.setFlagsFromString('--no-liftoff');
  try {
    // A text with the word in it goes through all of that code.
    createWordFinder(['word']).search().take(Buffer.from('one word'));
  } finally {
    v8.setFlagsFromString('--liftoff');
  }
}
