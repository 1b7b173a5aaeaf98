import type { Principal } from '../access/index.ts';

/** Id of the service account or person; null = the operator of the host, or Holdfast itself. */
export const identityOf = ({ account, session }: Principal): string | null => account?.id ?? session?.person ?? null;

/** Whom reads and refusals are counted for. */
export const keyOfIdentity = (principal: Principal): string =>
  identityOf(principal) ?? `${principal.actor.kind}:${principal.actor.ref}`;
