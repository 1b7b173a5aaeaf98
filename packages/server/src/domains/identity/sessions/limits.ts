import type { LoginSettings } from '@holdfast/contract';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a session lives, and how many of them one person has at one place. */
export interface SessionLimits {
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly sessionsMax: number;
}

/** SP 800-63B-4 §2.3.3, the limits of AAL3: whoever administers can do the most harm. */
export const ADMIN_LIMITS: SessionLimits = { idleMs: 15 * MINUTE_MS, absoluteMs: 12 * HOUR_MS, sessionsMax: 5 };

type LimitSettings = Pick<LoginSettings, 'idleMinutes' | 'absoluteHours' | 'sessionsMax'>;

export const limitsOfLogin = ({ idleMinutes, absoluteHours, sessionsMax }: LimitSettings): SessionLimits => ({
  idleMs: idleMinutes * MINUTE_MS,
  absoluteMs: absoluteHours * HOUR_MS,
  sessionsMax,
});

/** For so long after a step-up sensitive actions are open (ASVS 5.0 7.5.3). */
export const ELEVATION_MS = 5 * MINUTE_MS;
const TOUCH_MS_MAX = MINUTE_MS;
/** A part of the idle limit, so that a short one is not spent on waiting for the next note. */
const TOUCH_SHARE = 10;

export interface Lifetime {
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly idleMs: number;
}

/** Why a session is over by the clock; null = it lives. Both limits hold, and the limit itself is outside (ASVS 5.0 7.3.1, 7.3.2). */
export function overBecause({ lastSeenAt, expiresAt, idleMs }: Lifetime, now: number): 'absolute' | 'idle' | null {
  if (now >= expiresAt) return 'absolute';
  return now - lastSeenAt >= idleMs ? 'idle' : null;
}

/** Whether this use is worth a write: at most once a minute, and often enough that the idle limit means what it says. */
export function isTouchDue({ lastSeenAt, idleMs }: Lifetime, now: number): boolean {
  return now - lastSeenAt >= Math.min(TOUCH_MS_MAX, idleMs / TOUCH_SHARE);
}
