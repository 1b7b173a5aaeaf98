import { createRequire } from 'node:module';

/**
 * Where the package that decodes and writes pictures lies; null = it is not there. It is the operator's to install: ours are none of its
 * twenty megabytes, and nobody who leaves pictures as they are needs it.
 */
export function findSharp(folder: string | null): string | null {
  try {
    return createRequire(import.meta.url).resolve(folder ?? 'sharp');
  } catch {
    return null;
  }
}
