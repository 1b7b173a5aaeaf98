import type { SecretRef, SecretWrite } from '@holdfast/contract';
import type { Change } from '../../../api/client.ts';
import { secretPath } from '../calls.ts';

/** Writes a version; what it holds is kept nowhere on the way. */
export const writeOf = (ref: SecretRef, body: SecretWrite): Change => ({
  method: 'POST',
  path: secretPath(ref, '/versions'),
  body,
  isSecret: true,
});
