import v8 from 'node:v8';

/**
 * What is compiled and first run in `run` is optimised at once, though the flags of this process keep WebAssembly at baseline
 * (`db/wasm-tuning.ts`). For small modules: V8 compiles a function when it is first called.
 */
export function optimisedWasm<Result>(run: () => Result): Result {
  v8.setFlagsFromString('--no-liftoff');
  try {
    return run();
  } finally {
    v8.setFlagsFromString('--liftoff');
  }
}
