export { createSecrets, type SecretsDomain } from './create-secrets.ts';
export type { RotationSource } from './stored-secrets.ts';
export { refText } from './ref.ts';
export type { NewVersion, SecretCaller, SecretListQuery, Secrets, StagedVersions } from './secrets.ts';
export { createRotations, type RotationDomain } from './rotation/create-rotations.ts';
export type { Rotations } from './rotation/rotations.ts';
export { createLeases, type LeaseDomain } from './leases/create-leases.ts';
export type { DatabaseRoles } from './leases/database-roles.ts';
export type { Leases } from './leases/leases.ts';
