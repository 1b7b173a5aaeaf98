import { purposeSchema } from '@holdfast/contract';
import type { Principal } from '../../../domains/access/index.ts';
import { hashToken, isTokenShaped, type Identity } from '../../../domains/identity/index.ts';
import type { VaultTokens } from '../../../domains/secrets/index.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { invalid } from '../wire/call.ts';
import { factsOfAccount, factsOfVault, type TokenFacts } from './token-facts.ts';

const TOKEN_CHARS_MAX = 200;
const RETRY_AFTER_SECONDS = 1;
const REMEMBERED_MAX = 10_000;
const DEFAULT_PURPOSE = 'vault';
const BEARER = /^bearer +([!-~]{1,200})$/iu;

export interface Authenticated {
  readonly principal: Principal;
  readonly token: TokenFacts;
  readonly purpose: string;
}

interface Asked {
  /** `GET /v1/…` without its query, for the record. */
  readonly route: string;
  readonly request: Request;
  readonly address: string | null;
}

export interface TokenGate {
  authenticate(asked: Asked): Promise<Authenticated>;
  /** For paths that take a token and are no call of its own: what was sent is nobody's. */
  refuseUnknown(route: string): Promise<never>;
}

/** As it was sent, whatever it is worth. */
export function tokenTextOf(request: Request): string | null {
  const header = request.headers.get('x-vault-token');
  const text = header ?? BEARER.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
  return text === null || text === '' || text.length > TOKEN_CHARS_MAX ? null : text;
}

interface Parts {
  readonly identity: Pick<Identity, 'verifyToken' | 'noteRefusal'>;
  readonly tokens: Pick<VaultTokens, 'verify'>;
}

type Refused = Parameters<Identity['noteRefusal']>[0];

/** Who calls: a token of a service account, or a short-lived one. Each refusal is recorded, up to a few a second. */
export function createTokenGate({ identity, tokens }: Parts): TokenGate {
  /** Hashes of tokens of service accounts, so that the other table is not asked for each of their calls. */
  const ofAccounts = new Set<string>();

  const refuse = async (refused: Refused): Promise<never> => {
    const isNoted = await identity.noteRefusal(refused);
    if (!isNoted && refused.cause === 'unknown') throw new Refusal('rate-limited', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    if (refused.cause === 'address') throw new Refusal('address-refused');
    throw new Refusal(refused.cause === 'missing' ? 'token-required' : 'token-refused');
  };

  const factsOf = async (text: string, { route, address }: Asked): Promise<TokenFacts> => {
    const hash = isTokenShaped(text) ? hashToken(text).toString('hex') : null;
    if (hash === null) return refuse({ route, cause: 'unknown' });
    if (!ofAccounts.has(hash)) {
      const found = await tokens.verify(text, address);
      if (found.kind === 'valid') return factsOfVault(found.token);
      if (found.kind === 'refused') {
        const { accessor: id, account } = found.token;
        return refuse({ route, cause: found.cause, token: { id, account } });
      }
    }
    const verified = await identity.verifyToken(text, address);
    if (verified.kind === 'refused')
      return refuse({ route, cause: verified.cause, token: verified.cause === 'unknown' ? undefined : verified.token });
    if (ofAccounts.size >= REMEMBERED_MAX) ofAccounts.clear();
    ofAccounts.add(hash);
    return factsOfAccount(verified.token);
  };

  return {
    async authenticate(asked) {
      const text = tokenTextOf(asked.request);
      if (text === null) return refuse({ route: asked.route, cause: 'missing' });
      const token = await factsOf(text, asked);
      const { accessor, permissions, account } = token;
      const principal: Principal = { actor: { kind: 'token', ref: accessor }, permissions: new Set(permissions), account };
      return { principal, token, purpose: purposeOf(asked.request, token) };
    },
    refuseUnknown: async (route) => refuse({ route, cause: 'unknown' }),
  };
}

/** What the caller says, else what is written on the token. */
function purposeOf(request: Request, { meta }: TokenFacts): string {
  const said = request.headers.get('x-holdfast-purpose') ?? meta['purpose'] ?? DEFAULT_PURPOSE;
  const purpose = purposeSchema.safeParse(said);
  if (!purpose.success) throw invalid('X-Holdfast-Purpose: lower-case words, at most 64 characters');
  return purpose.data;
}
