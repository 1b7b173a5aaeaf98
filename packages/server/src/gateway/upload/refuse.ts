import type { Exchange, Refused } from '../exchange.ts';
import type { RouteUploads } from './route-settings.ts';
import { tellUpload } from './tell-upload.ts';
import { weigh } from './verdict.ts';
import type { SeenFile } from './verdict.ts';

/** A scanner that is away is back in seconds, or not for a long time. */
const RETRY_SECONDS = 10;
const FILES_TOLD_MAX = 20;

export interface Refusing {
  readonly seen: SeenFile;
  readonly reason: string;
}

/** Files that are not what is taken, each with the first reason. */
export function refusedOnes(files: readonly SeenFile[], settings: RouteUploads): readonly Refusing[] {
  return files.flatMap((seen) => {
    const weighed = weigh(seen.findings, settings);
    return typeof weighed === 'string' ? [] : [{ seen, reason: weighed.code }];
  });
}

/** One file that is not taken, and nothing of the request is. */
export function refuse(exchange: Exchange, files: readonly SeenFile[], refused: readonly Refusing[]): Refused {
  for (const { seen, reason } of refused) tellUpload(exchange, seen, { kind: 'refused', reason });
  // They were fine; the request that they are in is not taken.
  for (const seen of files) {
    if (!refused.some((one) => one.seen === seen)) tellUpload(exchange, seen, { kind: 'refused', reason: 'beside' });
  }
  return answer('upload-refused', refused);
}

/** What the sender is told of each file. */
export function answer(code: Refused['code'], files: readonly Refusing[]): Refused {
  const told = files.slice(0, FILES_TOLD_MAX).map(({ seen, reason }) => ({ name: seen.name, reason }));
  return { kind: 'refused', code, reason: `upload-${files[0]?.reason ?? 'refused'}`, files: told };
}

/** Held for a reason that may be gone in a while. */
export const answerLater = (files: readonly Refusing[]): Refused => ({
  ...answer('upload-held', files),
  retryAfterSeconds: RETRY_SECONDS,
});

/** The control plane could not be asked. */
export function unknown(exchange: Exchange, files: readonly SeenFile[]): Refused {
  for (const seen of files) tellUpload(exchange, seen, { kind: 'held', cause: 'unscanned', upload: null });
  return { kind: 'refused', code: 'upload-held', reason: 'upload-unasked', retryAfterSeconds: RETRY_SECONDS };
}
