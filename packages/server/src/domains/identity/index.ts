export { createIdentity, type Identity, type IdentityParts } from './tokens.ts';
export type { Verification } from './verify-token.ts';
