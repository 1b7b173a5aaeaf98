export { createIdentity, type Identity } from './tokens.ts';
