import { z } from 'zod';
import { WRAP_TTL_MAX_MS, type Wrapped } from '../../../domains/secrets/index.ts';
import type { VaultParts } from '../ports.ts';
import { data, type VaultAnswer, type WrapBlock } from '../wire/answer.ts';
import { bodyOf, invalid, type OpenCall } from '../wire/call.ts';
import { seconds, timeOf } from '../wire/duration.ts';
import { open, withToken, type VaultRoute } from '../wire/routes.ts';

const bodySchema = z.object({ token: z.string().max(200).nullish() });
const BY_HOLDER = { kind: 'visitor', ref: 'wrapping' } as const;
const NOT_VALID = 'wrapping token is not valid or does not exist';
const RETRY_ROUTE = 'sys/wrapping';

type Parts = Pick<VaultParts, 'wrapping' | 'identity'>;

/** Whoever holds the wrapping token may open it: in the body, or where the caller's own token would stand. */
export function wrappingRoutes({ wrapping, identity }: Parts): readonly VaultRoute[] {
  const tokenOf = (call: OpenCall): string => {
    const token = bodyOf(call, bodySchema).token ?? call.tokenText;
    if (!token) throw invalid(NOT_VALID);
    return token;
  };
  /** Guessing is as loud here as with any other token. */
  const notValid = async (call: OpenCall): Promise<never> => {
    await identity.noteRefusal({ route: `${RETRY_ROUTE} ${call.path}`.slice(0, 512), cause: 'unknown' });
    throw invalid(NOT_VALID);
  };
  const unwrap = async (call: OpenCall): Promise<VaultAnswer> => {
    const text = await wrapping.unwrap(tokenOf(call), BY_HOLDER);
    return text === null ? notValid(call) : { kind: 'stored', text };
  };
  const lookup = async (call: OpenCall): Promise<VaultAnswer> => {
    const found = await wrapping.find(tokenOf(call));
    if (found === null) return notValid(call);
    const { path, createdAt, ttlMs } = found;
    return data({ creation_path: path, creation_time: timeOf(createdAt), creation_ttl: seconds(ttlMs) });
  };
  const rewrap = async (call: OpenCall): Promise<VaultAnswer> => {
    const made = await wrapping.rewrap(tokenOf(call), BY_HOLDER);
    return made === null ? notValid(call) : { kind: 'wrap', wrap: wrapBlock(made) };
  };
  return [
    { path: 'sys/wrapping/unwrap', operations: { write: open(unwrap) } },
    { path: 'sys/wrapping/lookup', operations: { write: open(lookup), read: open(lookup) } },
    { path: 'sys/wrapping/rewrap', operations: { write: open(rewrap) } },
    {
      path: 'sys/wrapping/wrap',
      operations: {
        write: withToken(async ({ body }) => {
          if (Object.keys(body).length === 0) throw invalid('nothing to wrap');
          return data(body);
        }),
      },
    },
  ];
}

export const wrapBlock = ({ token, accessor, path, ttlMs, createdAt }: Wrapped & { readonly token: string }): WrapBlock => ({
  token,
  accessor,
  ttl: seconds(Math.min(ttlMs, WRAP_TTL_MAX_MS)),
  creation_time: timeOf(createdAt),
  creation_path: path,
});
