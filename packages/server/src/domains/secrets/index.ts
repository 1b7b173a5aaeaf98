export { createSecrets, type RotationSource, type SecretsDomain } from './create-secrets.ts';
export { refText } from './ref.ts';
export type { NewVersion, SecretCaller, SecretListQuery, Secrets, StagedVersions } from './secrets.ts';
