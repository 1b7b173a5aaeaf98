import type { BranchBody } from '../command.ts';
import { destroy } from './key/destroy.ts';
import { rewrap } from './key/rewrap.ts';
import { rotate } from './key/rotate.ts';
import { seal } from './key/seal.ts';
import { sealWith, shares } from './key/seal-with.ts';
import { status } from './key/status.ts';
import { unseal } from './key/unseal.ts';
import { verify } from './key/verify.ts';

export const key: BranchBody = {
  about:
    'The root key opens the keyring, and its keys seal everything that is stored. A new key seals at once; what lies under the one before is sealed anew in the background.',
  verbs: [status, rotate, rewrap, verify, destroy, seal, unseal, sealWith, shares],
};
