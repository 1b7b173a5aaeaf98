import type { FileLimits, FilePolicy } from './types.ts';

const MEBIBYTE = 1_048_576;

export const FILE_LIMITS: FileLimits = {
  depthMax: 4,
  entriesMax: 10_000,
  ratioMax: 100,
  unpackedBytesMax: 1024 * MEBIBYTE,
  workBytesMax: 8192 * MEBIBYTE,
};

/** Every type, every limit at its default. */
export const FILE_POLICY: FilePolicy = { limits: FILE_LIMITS, types: null, memberTypes: null };
