export const DAY_MS = 86_400_000;

/** Days ahead at which an operator is told, most urgent first. */
export const EXPIRY_ALERT_DAYS = [1, 7, 30] as const;

export type ExpiryState =
  | { readonly kind: 'ok' }
  | { readonly kind: 'expiring'; readonly days: (typeof EXPIRY_ALERT_DAYS)[number] }
  | { readonly kind: 'expired' };

/** Which alert, if any, is due for a certificate that ends at `notAfterMs`. The threshold itself already alerts. */
export function expiryState(notAfterMs: number, nowMs: number): ExpiryState {
  if (nowMs >= notAfterMs) return { kind: 'expired' };
  const days = EXPIRY_ALERT_DAYS.find((limit) => notAfterMs - nowMs <= limit * DAY_MS);
  return days === undefined ? { kind: 'ok' } : { kind: 'expiring', days };
}

export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

// Certificates of a few days live on half their life: a third of six days leaves no weekend to repair a failure.
const SHORT_LIFETIME_MS = 10 * DAY_MS;

/** True once a third of the lifetime (half, for certificates under ten days) or less is left. */
export function needsRenewal(cert: Validity, nowMs: number): boolean {
  const lifetimeMs = cert.notAfterMs - cert.notBeforeMs;
  const share = lifetimeMs < SHORT_LIFETIME_MS ? 1 / 2 : 1 / 3;
  return cert.notAfterMs - nowMs <= lifetimeMs * share;
}
