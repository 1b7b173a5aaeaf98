import { evidenceSchema } from '@holdfast/contract';
import { z } from 'zod';

export const DAY_MS = 86_400_000;
const CARRIERS_MAX = 8;
/** A network that the account was not seen in for so long is new again. */
const CARRIER_MS = 30 * DAY_MS;

const stepSchema = z.object({ time: z.number(), evidence: evidenceSchema.nullable() });
const chainSchema = z.object({
  first: stepSchema.extend({ what: z.string().max(256), isAttack: z.boolean() }).nullable(),
  success: stepSchema.nullable(),
  change: stepSchema.nullable(),
  reach: stepSchema.nullable(),
  /** Networks that its owner came from, each with when. */
  carriers: z.array(z.tuple([z.string().max(64), z.number()])).max(CARRIERS_MAX),
  /** When a device that is not known came in last. */
  strangerAt: z.number().nullable(),
  lastAt: z.number(),
  told: z.number(),
});
/** How far a takeover of one account has come. */
export type Chain = z.infer<typeof chainSchema>;

export const readChain = (saved: unknown): Chain | null => chainSchema.safeParse(saved).data ?? null;

export function newChain(): Chain {
  return { first: null, success: null, change: null, reach: null, carriers: [], strangerAt: null, lastAt: 0, told: 0 };
}

/** Begins anew; where the owner comes from is kept. */
export function forget(chain: Chain): void {
  chain.first = null;
  chain.success = null;
  chain.change = null;
  chain.reach = null;
  chain.told = 0;
}

export const POINTS = { first: 30, success: 20, change: 30, reach: 20 } as const;

export const scoreOf = (chain: Chain): number =>
  (chain.first === null ? 0 : POINTS.first) +
  (chain.success === null ? 0 : POINTS.success) +
  (chain.change === null ? 0 : POINTS.change) +
  (chain.reach === null ? 0 : POINTS.reach);

export const isOver = ({ first }: Chain, now: number, widthMs: number): boolean => first !== null && now - first.time > widthMs;

export function noteCarrier(chain: Chain, carrier: string, time: number): void {
  const others = chain.carriers.filter(([held, at]) => held !== carrier && at > time - CARRIER_MS);
  chain.carriers = [...others.slice(-(CARRIERS_MAX - 1)), [carrier, time]];
}
