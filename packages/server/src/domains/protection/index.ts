export { proposeExceptions } from './exception-rules.ts';
export { createProtection, type Protection } from './protection.ts';
export { runSelfTest } from './self-test.ts';
export type { KeyMaterial } from './policy.ts';
export type { Vault as ProtectionVault } from './tuning/vault.ts';
export { foldRoute } from './tuning/fold-route.ts';
