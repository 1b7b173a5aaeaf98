import { prefixSchema } from '@holdfast/contract';
import { z } from 'zod';
import { schemaFaults } from '../../../../../platform/schema-faults.ts';

/** A ban lasts an hour unless the command says otherwise, and never longer than a week without a person. */
const SECONDS = 3600;
const SECONDS_MAX = 7 * 86_400;

/** A connection is known by where it comes from: to which port it goes, a ban does not tell apart. */
const connection = z.strictObject({ src_addr: prefixSchema });
const target = z.union([
  z.strictObject({ ipv4_net: prefixSchema }).transform(({ ipv4_net: prefix }) => prefix),
  z.strictObject({ ipv6_net: prefixSchema }).transform(({ ipv6_net: prefix }) => prefix),
  z.strictObject({ ipv4_connection: connection }).transform(({ ipv4_connection: { src_addr: prefix } }) => prefix),
  z.strictObject({ ipv6_connection: connection }).transform(({ ipv6_connection: { src_addr: prefix } }) => prefix),
]);
/** OpenC2 1.0 §3.3.1.4, and of the profile of packet filters what asks for nothing that a ban does not do. */
const args = z.strictObject({
  duration: z.number().int().positive().optional(),
  response_requested: z.enum(['none', 'ack', 'status', 'complete']).optional(),
  slpf: z.strictObject({ direction: z.literal('ingress').optional(), drop_process: z.string().max(64).optional() }).optional(),
});
/** OpenC2 1.0 §3.3.1. An actuator that is named is the profile; which one it is says the address. */
const about = { actuator: z.looseObject({}).optional(), command_id: z.string().max(256).optional() };
const commandSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('deny'), target, args: args.optional(), ...about }),
  z.strictObject({ action: z.literal('allow'), target, args: args.omit({ duration: true }).optional(), ...about }),
  z.strictObject({
    action: z.literal('query'),
    target: z.strictObject({ features: z.array(z.enum(['versions', 'profiles', 'pairs', 'rate_limit'])).max(4) }),
    args: args.omit({ duration: true }).optional(),
    ...about,
  }),
]);

export type Order =
  | { readonly kind: 'deny'; readonly prefix: string; readonly forSeconds: number }
  /** The undo of a `deny` of the same network. */
  | { readonly kind: 'allow'; readonly prefix: string }
  | { readonly kind: 'query' }
  | { readonly kind: 'fault'; readonly detail: string };

/** What is answered to `query features` (OpenC2 1.0 §4.1), as far as variables hold it. */
export const FEATURES = {
  versions: '1.0',
  profiles: 'slpf',
  pairs: 'allow: ipv4_net, ipv6_net; deny: ipv4_net, ipv6_net',
} as const;

/** What an OpenC2 command orders; what is not done here is said with its place. */
export function orderOf(message: unknown): Order {
  const read = commandSchema.safeParse(bodyOf(message));
  if (!read.success) {
    const places = schemaFaults(read.error).map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
    return {
      kind: 'fault',
      detail: `of OpenC2 a source is denied and allowed here: ${places.slice(0, 4).join('; ')}`.slice(0, 500),
    };
  }
  const { data } = read;
  if (data.action === 'query') return { kind: 'query' };
  if (data.action === 'allow') return { kind: 'allow', prefix: data.target };
  const seconds = Math.ceil((data.args?.duration ?? SECONDS * 1000) / 1000);
  return { kind: 'deny', prefix: data.target, forSeconds: Math.min(seconds, SECONDS_MAX) };
}

/** The command itself, or the message around it (OpenC2 1.0 §3.2). */
function bodyOf(message: unknown): unknown {
  const inner = z.object({ body: z.object({ openc2: z.object({ request: z.unknown() }) }) }).safeParse(message);
  return inner.success ? inner.data.body.openc2.request : message;
}
