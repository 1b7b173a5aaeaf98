export { proposeExceptions } from './exceptions/exception-rules.ts';
export { createProtection, type Protection } from './protection.ts';
export { runSelfTest } from './self-test/self-test.ts';
export type { KeyMaterial } from './snapshots/policy.ts';
export { sealedInTuning, TUNING_PLACE } from './tuning/sealed.ts';
export type { Vault as ProtectionVault } from './tuning/vault.ts';
export { foldRoute } from './tuning/fold-route.ts';
