import { formatTrust, keyPairFromSeed, parseSigner, parseVerifier, type Signer, type Trust } from '@holdfast/ledger';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../../platform/atomic-file.ts';
import { createTurns } from '../../../platform/in-turn.ts';
import { createFileArea, type SealedTexts } from '../../../platform/keyring/areas/file-area.ts';
import type { SealedArea } from '../../../platform/keyring/sealed-area.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { readOrNull } from './tree-files.ts';

/** A new key and the one before it both sign for a day, so that verifiers have time to take the new trust file. */
export const OVERLAP_MS = 86_400_000;
/** A trust file holds no more. */
const KEYS_MAX = 64;

const keyFileSchema = z.strictObject({
  version: z.literal(1),
  origin: z.string().max(200),
  /** Oldest first. `sealed` is null once the key is retired for good. */
  keys: z
    .array(
      z.strictObject({
        vkey: z.string().max(512),
        sealed: z.string().max(2048).nullable(),
        firstSize: z.number().int().nonnegative(),
        lastSize: z.number().int().nonnegative().nullable(),
        /** From this time on the key no longer signs. */
        retiresAt: z.number().int().nullable(),
        /** Null = made before this was written down. */
        madeAt: z.number().int().nullable().default(null),
      }),
    )
    .min(1)
    .max(KEYS_MAX),
});
type KeyFile = z.infer<typeof keyFileSchema>;

/** What sealing needs of the keyring. */
export interface Sealer {
  seal(bytes: Uint8Array, place: readonly string[]): string;
  open(envelope: string, place: readonly string[]): Buffer;
}

export interface SigningKeyParts {
  readonly dataDir: string;
  readonly node: string;
  readonly keyring: Sealer;
  readonly overlapMs?: number;
  /** When the first key is made; left out = it does not matter. */
  readonly now?: number;
}

export interface SigningKeys {
  readonly origin: string;
  readonly verifierKey: string;
  /** When the newest was made; null = nobody wrote it down. */
  readonly madeAt: number | null;
  readonly trust: Trust;
  readonly trustText: string;
  /** Who signs a head of this size now: the newest key, and during an overlap the one before. */
  signers(): readonly Signer[];
  /** A new key from `fromSize` on. */
  rotate(fromSize: number, now: number): Promise<{ verifierKey: string; previousKey: string }>;
  /** Ends an overlap that is over; `size` is the last head that the old key signed. True when the trust file changed. */
  retire(size: number, now: number): Promise<boolean>;
  readonly sealed: SealedArea;
}

const place = (origin: string, vkey: string): readonly string[] => ['ledger', 'signing-key', origin, vkey];

/** The log's keys in `keys/ledger-signing.json`, the private halves sealed by the keyring; made at the first start. */
export async function openSigningKeys(parts: SigningKeyParts): Promise<SigningKeys> {
  const file = path.join(parts.dataDir, 'keys', 'ledger-signing.json');
  const stored = await readOrNull(file);
  let state: KeyFile;
  if (stored === null) {
    const origin = `holdfast.local/${parts.node}/${randomBytes(4).toString('hex')}`;
    state = { version: 1, origin, keys: [makeKey(parts.keyring, { origin, firstSize: 0, madeAt: parts.now ?? null })] };
    await save(file, state);
  } else {
    try {
      state = keyFileSchema.parse(JSON.parse(stored.toString('utf8')));
    } catch (error) {
      throw new Refusal('key-wrong', { detail: 'keys/ledger-signing.json is damaged: restore it from a backup.', cause: error });
    }
  }
  return createSigningKeys({ file, state, keyring: parts.keyring, overlapMs: parts.overlapMs ?? OVERLAP_MS });
}

function makeKey(
  keyring: Sealer,
  { origin, firstSize, madeAt }: Pick<KeyFile, 'origin'> & Pick<KeyFile['keys'][number], 'firstSize' | 'madeAt'>,
): KeyFile['keys'][number] {
  const seed = randomBytes(32);
  const { skey, vkey } = keyPairFromSeed(origin, seed);
  seed.fill(0);
  const sealed = keyring.seal(Buffer.from(skey), place(origin, vkey));
  return { vkey, sealed, firstSize, lastSize: null, retiresAt: null, madeAt };
}

async function save(file: string, state: KeyFile): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(state, null, 2)}\n`);
}

interface Opened {
  readonly file: string;
  readonly state: KeyFile;
  readonly keyring: Sealer;
  readonly overlapMs: number;
}

function createSigningKeys(opened: Opened): SigningKeys {
  const { file, keyring, overlapMs } = opened;
  let { state } = opened;
  const { origin } = state;
  const signersOf = ({ keys }: KeyFile): Signer[] =>
    keys.flatMap(({ sealed, vkey }) =>
      sealed === null ? [] : [parseSigner(keyring.open(sealed, place(origin, vkey)).toString())],
    );
  const trustOf = ({ keys }: KeyFile): Trust => ({
    origin,
    keys: keys.map(({ vkey, firstSize, lastSize }) => ({ verifier: parseVerifier(vkey), firstSize, lastSize })),
  });
  let signers = signersOf(state);
  const newest = (): string => state.keys.at(-1)?.vkey ?? '';
  const commit = async (next: KeyFile): Promise<void> => {
    await save(file, next);
    state = next;
    signers = signersOf(next);
  };
  // Changes wait for each other: a key that is sealed anew must not undo one that was made meanwhile.
  const inTurn = createTurns();
  const withoutOld = (size: number, isOver: (key: KeyFile['keys'][number]) => boolean): KeyFile => ({
    ...state,
    keys: state.keys.map((key) => (isOver(key) ? { ...key, sealed: null, lastSize: Math.max(size, key.firstSize) } : key)),
  });

  return {
    origin,
    get verifierKey() {
      return newest();
    },
    get madeAt() {
      return state.keys.at(-1)?.madeAt ?? null;
    },
    get trust() {
      return trustOf(state);
    },
    get trustText() {
      return formatTrust(trustOf(state));
    },
    signers: () => signers,
    sealed: sealedKeys(opened, {
      state: () => state,
      replace: (vkey, { before, after }) =>
        inTurn(async () => {
          const isSame = state.keys.some((key) => key.vkey === vkey && key.sealed === before);
          if (isSame)
            await commit({ ...state, keys: state.keys.map((key) => (key.vkey === vkey ? { ...key, sealed: after } : key)) });
          return isSame;
        }),
    }),
    rotate: (fromSize, now) =>
      inTurn(async () => {
        if (state.keys.length >= KEYS_MAX)
          throw new Refusal('conflict', { detail: `The trust file holds at most ${KEYS_MAX} keys.` });
        const previousKey = newest();
        // An overlap that still runs ends here: never more than two keys sign.
        const ended = withoutOld(fromSize, ({ retiresAt, sealed }) => retiresAt !== null && sealed !== null);
        const keys = ended.keys.map((key) => (key.vkey === previousKey ? { ...key, retiresAt: now + overlapMs } : key));
        await commit({ ...ended, keys: [...keys, makeKey(keyring, { origin, firstSize: fromSize, madeAt: now })] });
        return { verifierKey: newest(), previousKey };
      }),
    retire: (size, now) =>
      inTurn(async () => {
        const isOver = ({ retiresAt, sealed }: KeyFile['keys'][number]): boolean =>
          sealed !== null && retiresAt !== null && retiresAt <= now;
        if (!state.keys.some(isOver)) return false;
        await commit(withoutOld(size, isOver));
        return true;
      }),
  };
}

/** The private halves of keys that still sign. */
function sealedKeys(
  { keyring }: Opened,
  { state, replace }: Pick<SealedTexts, 'replace'> & { readonly state: () => KeyFile },
): SealedArea {
  return createFileArea({
    name: 'ledger: signing keys',
    keyring,
    place: (vkey) => place(state().origin, vkey),
    texts: {
      names: async () => Promise.resolve(state().keys.map(({ vkey }) => vkey)),
      read: async (name) => Promise.resolve(state().keys.find(({ vkey }) => vkey === name)?.sealed ?? null),
      replace,
    },
  });
}
