export { proposeExceptions, type JudgedRequest } from './exception-rules.ts';
export type { KeyMaterial } from './policy.ts';
export { createProtection, type Protection, type ProtectionOptions } from './protection.ts';
export { runSelfTest } from './self-test.ts';
