import type { Log } from '../../platform/log.ts';
import { endExpiredBans } from './bans/bans.ts';
import { endExpiredBypass } from './bypass.ts';
import type { ProtectionParts } from './change.ts';
import { endExpiredExceptions } from './exceptions/exceptions.ts';

const EVERY_MS = 1000;

export interface Sweeper extends AsyncDisposable {
  sweep(): Promise<void>;
  start(): void;
}

/**
 * Writes down that bans, exceptions, patches and break-glass are over, and carries promotions on. The gateway goes by the times in its snapshot, so a sweep that
 * is late lets nothing bite, or stay open, longer.
 */
export function createSweeper(parts: ProtectionParts, log: Log, sweepOthers: () => Promise<void>): Sweeper {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;

  const sweep = async (): Promise<void> => {
    await endExpiredBypass(parts);
    await endExpiredBans(parts);
    await endExpiredExceptions(parts);
    await sweepOthers();
  };
  const tick = (): void => {
    // A slow database must not pile up sweeps.
    running ??= sweep()
      .catch((error: unknown) => log.warn({ err: error }, 'what ran out of time could not be cleared; tried again shortly'))
      .finally(() => {
        running = null;
      });
  };
  return {
    sweep,
    start() {
      timer ??= setInterval(tick, EVERY_MS).unref();
    },
    async [Symbol.asyncDispose]() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      await running;
    },
  };
}
