import { prefixSchema, slugSchema } from '@holdfast/contract';
import { isIP } from 'node:net';
import { z } from 'zod';
import { referenceSchema } from './references.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function isBase(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return username + password + search + hash === '';
}

/** Of its family no longer than an address is. */
function isNetwork(text: string): boolean {
  const [address = '', length = '0'] = text.split('/');
  const family = isIP(address);
  return family !== 0 && Number(length) <= (family === 4 ? 32 : 128);
}

const allowedSchema = z.strictObject({
  /** One method. */
  method: z.enum(METHODS),
  /** Below its address. A segment `{}` stands for one segment, a last segment `**` for all that follow. */
  path: z.string().startsWith('/').max(512),
});

/** Somebody else's API that playbooks may ask: a firewall, a ticket system. Nothing outside is asked that is not listed. */
const agentSchema = z.strictObject({
  /** What runs and the log call it. */
  name: slugSchema,
  /** The address under which playbooks name it; what they ask for stands below it. */
  url: z
    .url({ protocol: /^https?$/u })
    .max(512)
    .refine(isBase, 'an address without login, query and fragment'),
  /** What it may be asked for; nothing else is. */
  allow: z.array(allowedSchema).min(1).max(64),
  /** Networks of this machine, private or link-local ones, in which it may stand; there it may be asked in clear. */
  networks: z.array(prefixSchema.refine(isNetwork, 'an address or a network')).max(16).default([]),
  /** The header that carries its secret. */
  header: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/u, 'the name of a header in lower case')
    .default('authorization'),
  /** What the header holds, whole: `Bearer …`; read anew for each request. */
  secret: referenceSchema.nullable().default(null),
  /** So long it may take to answer. */
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
  /** Roots of a private authority. */
  caFile: z.string().min(1).max(4096).nullable().default(null),
});
export type PlaybookAgentSettings = z.infer<typeof agentSchema>;

export const playbooksSchema = z
  .strictObject({
    /** `required`: only those of this release run, and those that a key in `playbook-keys` of the data directory has signed. */
    signatures: z.enum(['optional', 'required']).default('optional'),
    agents: z.array(agentSchema).max(64).default([]),
  })
  .superRefine(({ agents }, context) => {
    for (const field of ['name', 'url'] as const) {
      const seen = new Set<string>();
      for (const [index, agent] of agents.entries()) {
        const value = agent[field].replace(/\/+$/u, '');
        if (seen.has(value))
          context.addIssue({ code: 'custom', path: ['agents', index, field], message: `two agents have this ${field}` });
        seen.add(value);
      }
    }
  });
