import v8 from 'node:v8';

/**
 * Optimising one very large function of the database's WebAssembly costs V8 about 500 MB for some seconds; the baseline code
 * is within a few percent for our statements. Tiering is decided when the module is compiled, so this must run first.
 */
export function keepWasmAtBaseline(): void {
  v8.setFlagsFromString('--no-wasm-tier-up');
  v8.setFlagsFromString('--no-wasm-dynamic-tiering');
}

/**
 * Server settings of the embedded database: small buffers (the operating system caches the files anyway), little write-ahead
 * log on disk, and a planner that does not compile.
 */
export const EMBEDDED_SETTINGS: readonly string[] = [
  '-c',
  'shared_buffers=16MB',
  '-c',
  'work_mem=2MB',
  '-c',
  'maintenance_work_mem=16MB',
  '-c',
  'temp_buffers=1MB',
  '-c',
  'max_wal_size=64MB',
  '-c',
  'min_wal_size=8MB',
  '-c',
  'wal_buffers=1MB',
];
