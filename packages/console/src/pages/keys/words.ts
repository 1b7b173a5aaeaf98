import type { KeyringView, KeyRotate, KeyView, OwnKeyView } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

export const PURPOSE_WORDS: Readonly<Record<KeyView['purpose'], string>> = {
  data: 'rows and files',
  subjects: 'keys of data subjects',
  mac: 'pseudonyms and look-ups',
};

export const STATE_TONES: Readonly<Record<KeyView['state'], Tone>> = {
  announced: 'note',
  active: 'ok',
  replaced: 'watch',
  retired: 'plain',
  destroyed: 'stop',
};
export const STATE_WORDS: Readonly<Record<KeyView['state'], string>> = {
  announced: 'Every node has it; none seals with it yet.',
  active: 'Seals what is written now.',
  replaced: 'Opens what still lies under it.',
  retired: 'Nothing lies under it any more.',
  destroyed: 'Gone for good.',
};

type Rotation = KeyRotate['what'];
export const ROTATION_WORDS: Readonly<Record<Rotation, { readonly label: string; readonly text: string }>> = {
  data: {
    label: 'The key that seals rows and files',
    text: 'New rows and files are sealed with a new key from then on. What lies under the one before is sealed anew in the background; nothing stops.',
  },
  subjects: {
    label: 'The key that wraps the keys of data subjects',
    text: 'The key of each person is wrapped anew in the background; personal data are not touched, and nothing stops.',
  },
  root: {
    label: 'The root key',
    text: 'The keyring is wrapped with a new root key at once. Backups made before still need the one of before: keep it as long as you keep them.',
  },
};

export const OWN_KEY_WORDS: Readonly<Record<OwnKeyView['name'], string>> = {
  identity: 'signs who asks, for your applications',
  ledger: 'signs the heads of the audit ledger',
  data: 'seals rows and files',
  subjects: 'wraps the keys of data subjects',
  certificate: 'of the listeners, from the local authority',
};

const DAY_MS = 86_400_000;
export const daysOld = ({ createdAt }: KeyView, now: number): number => Math.max(0, Math.floor((now - createdAt) / DAY_MS));

/** How much of the nonces that a key may use are set aside (SP 800-38D §8.3), from 0 to 1. */
export const nonceShare = ({ nonces }: KeyView, { noncesMax }: KeyringView): number => (noncesMax === 0 ? 0 : nonces / noncesMax);
