import { evidenceSchema, type Evidence } from '@holdfast/contract';
import { z } from 'zod';

const KNOWN_MAX = 64;
const TERM_CHARS_MAX = 200;
const SIGNS_MAX = 16;

export const TOKEN_SIGNS = [
  'a new network',
  'a new use',
  'a place it is not good from',
  'a right it does not have',
  'its end',
] as const;
export type TokenSign = (typeof TOKEN_SIGNS)[number];

const knownSchema = z.array(z.tuple([z.string().max(TERM_CHARS_MAX), z.number()])).max(KNOWN_MAX);
const memorySchema = z.object({
  firstAt: z.number(),
  uses: z.number(),
  carriers: knownSchema,
  scopes: knownSchema,
  signs: z.array(z.object({ time: z.number(), name: z.enum(TOKEN_SIGNS), evidence: evidenceSchema })).max(SIGNS_MAX),
  revokedAt: z.number().nullable(),
  /** When it was refused as revoked the first time: what revoked it may come late, or came before the watch began. */
  refusedAt: z.number().nullable(),
  toldAt: z.number(),
});
/** What one token usually does, and what was unusual lately. */
export type TokenMemory = z.infer<typeof memorySchema>;

export const readMemory = (saved: unknown): TokenMemory | null => memorySchema.safeParse(saved).data ?? null;

export const newMemory = (): TokenMemory => ({
  firstAt: 0,
  uses: 0,
  carriers: [],
  scopes: [],
  signs: [],
  revokedAt: null,
  refusedAt: null,
  toldAt: 0,
});

/** True = it was not there in the last while. The one that was not seen for longest goes first. */
export function learn(known: [string, number][], term: string, at: { time: number; keepMs: number }): boolean {
  const cut = term.slice(0, TERM_CHARS_MAX);
  const place = known.findIndex(([held]) => held === cut);
  const seenAt = known[place]?.[1] ?? Number.NEGATIVE_INFINITY;
  if (place !== -1) known.splice(place, 1);
  else if (known.length >= KNOWN_MAX) known.shift();
  known.push([cut, Math.max(seenAt, at.time)]);
  return seenAt < at.time - at.keepMs;
}

export function addSign(memory: TokenMemory, sign: { time: number; name: TokenSign; evidence: Evidence }, widthMs: number): void {
  const kept = memory.signs.filter(({ time, name }) => time > sign.time - widthMs && name !== sign.name);
  memory.signs = [...kept, sign].slice(-SIGNS_MAX);
}
