import type { BranchBody } from '../command.ts';
import { decrypt } from './env/decrypt.ts';
import { edit } from './env/edit.ts';
import { encrypt } from './env/encrypt.ts';
import { keygen } from './env/keygen.ts';
import { rotateRecipients } from './env/rotate-recipients.ts';

export const env: BranchBody = {
  about:
    'Environment files that can lie in git: names and comments readable, each value encrypted for age keys. Works without a server.',
  verbs: [keygen, encrypt, decrypt, edit, rotateRecipients],
};
