import { Refusal } from '../../../../platform/refusal.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ActionKind } from '../action-kind.ts';
import { noImpact } from './impact.ts';
import { PLAIN } from './plain.ts';

/** A token of the administration or of a service account. */
export function createRevokeApiKey({ identity }: Pick<ResponseParts, 'identity'>): ActionKind<'revoke-api-key'> {
  const found = async (id: string) => {
    const token = await identity.findToken(id);
    if (token === null) throw new Refusal('not-found');
    return token;
  };
  return {
    name: 'revoke-api-key',
    permission: 'token:write',
    read: async ({ token }) => ({ isRevoked: (await found(token)).revokedAt !== null }),
    async plan({ token: id }, _now, { actor }) {
      const { name, account, revokedAt } = await found(id);
      return {
        ...PLAIN,
        summary: `revokes the token ${name} of ${account.name}`,
        impact: noImpact('calls with tokens are not counted by token'),
        approvals: 1,
        why: ['a program may stop working'],
        refused: actor.kind === 'token' && actor.ref === id ? 'it is the token that asks' : null,
        isEffective: revokedAt !== null,
        undo: 'within 15 minutes the same token is good again; later a new one has to be issued',
      };
    },
    async apply({ token }, { actor, before }) {
      if (before['isRevoked'] === true) return { state: 'done', detail: 'it was revoked already', undo: null };
      if ((await found(token)).revokedAt === null) await identity.revokeToken(token, actor);
      return { state: 'done', detail: 'it is good for nothing any more', undo: {} };
    },
    async undo({ token }, _undo, { actor }) {
      if ((await found(token)).revokedAt !== null) await identity.restoreToken(token, actor);
      return 'it is good again';
    },
  };
}
