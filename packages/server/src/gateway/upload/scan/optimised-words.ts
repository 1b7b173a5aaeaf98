import { createWordFinder } from '@holdfast/inspect';
import { optimisedWasm } from '../../../platform/optimised-wasm.ts';

let isDone = false;

/** Before files are judged: what looks for words in large ones has to be optimised when it is first run, or it stays slow. */
export function optimiseWords(): void {
  if (isDone) return;
  isDone = true;
  optimisedWasm(() => createWordFinder(['word']).search().take(Buffer.from('one word')));
}
