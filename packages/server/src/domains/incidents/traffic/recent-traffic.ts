import type { EventRecord, Impact } from '@holdfast/contract';

/** Which part of the traffic an action would touch. */
export type Touched =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'session'; readonly session: string }
  | { readonly kind: 'person'; readonly person: string }
  | { readonly kind: 'route'; readonly application: string; readonly method: string; readonly route: string }
  | { readonly kind: 'application'; readonly application: string }
  /** Requests of methods that change something (RFC 9110 §9.2.1). */
  | { readonly kind: 'writes'; readonly application: string }
  | { readonly kind: 'everybody' };

/** Requests of the last hour, in bounded memory, for saying beforehand whom an action would touch. */
export interface RecentTraffic {
  /** Every event passes here; never waits, never throws. */
  observe(events: readonly EventRecord[]): void;
  /** Of the last hour; what was not held is said in `unknown`. Attacks that were blocked do not count as clients. */
  impactOf(touched: Touched, options?: { readonly except?: readonly string[] }): Impact;
}
