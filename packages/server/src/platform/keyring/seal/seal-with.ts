import { timingSafeEqual } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SealKind } from '@holdfast/contract';
import { Refusal } from '../../refusal.ts';
import { readRootKey, writeRootKey, type RootKey } from '../root-key.ts';
import { readCredential } from './credential.ts';
import { openProvider, providerOf, rootKeyFileOf, type ProviderParts } from './open-provider.ts';
import { sealWithPassphrase } from './passphrase.ts';
import type { Given, RootKeyProvider } from './provider.ts';
import { removeSealDocument, writeSealDocument, type SealDocument } from './seal-document.ts';
import { parseShare } from './share.ts';
import { sealInShares } from './shares.ts';
import { sealWithTransit } from './transit.ts';

/** How the root key shall be kept. */
export type Wanted =
  | { readonly kind: 'file' }
  | { readonly kind: 'passphrase'; readonly passphrase: Uint8Array }
  | { readonly kind: 'shares'; readonly need: number; readonly of: number }
  | { readonly kind: 'credential'; readonly name: string }
  | { readonly kind: 'transit' };

export interface PreparedSeal {
  readonly kind: SealKind;
  /** Shown once, before {@link PreparedSeal.commit}; empty for all but shares. */
  readonly shares: readonly string[];
  /**
   * Puts the new form in its place, opens it from there, and only then removes the old one. What could not be removed is named,
   * for people to remove.
   */
  commit(): Promise<{ readonly leftBehind: string | null }>;
}

/** The new form is made and opened once, in memory; nothing is written before `commit`. */
export async function prepareSeal(root: RootKey, wanted: Wanted, parts: ProviderParts): Promise<PreparedSeal> {
  const { document, given, shares } = await makeForm(root, wanted, parts);
  if (document === null) return { kind: 'file', shares, commit: () => commitFile(root, parts) };
  await assertYields(providerOf(document, parts), { given, root });
  return {
    kind: document.kind,
    shares,
    async commit() {
      await writeSealDocument(parts.dataDir, document);
      await assertYields(await openProvider(parts), { given, root });
      return { leftBehind: await removeKeyFile(rootKeyFileOf(parts), root) };
    },
  };
}

interface Form {
  /** Null = the key file. */
  readonly document: SealDocument | null;
  /** What opens it; null = it yields by itself. */
  readonly given: Given | null;
  readonly shares: readonly string[];
}

async function makeForm(root: RootKey, wanted: Wanted, parts: ProviderParts): Promise<Form> {
  switch (wanted.kind) {
    case 'file':
      return { document: null, given: null, shares: [] };
    case 'passphrase':
      return { document: await sealWithPassphrase(root, wanted.passphrase), given: wanted, shares: [] };
    case 'shares': {
      const { document, shares } = sealInShares(root, wanted);
      // The last ones as they will be read: what people are given is what was tried.
      const read = shares.slice(-wanted.need).map(parseShare);
      return { document, shares, given: { kind: 'shares', shares: read.flatMap((r) => (r.kind === 'share' ? [r.share] : [])) } };
    }
    case 'credential': {
      const found = await readCredential(wanted.name, parts.environment['CREDENTIALS_DIRECTORY']);
      assertSame(found, root);
      return { document: { version: 1, kind: 'credential', root: root.id, name: wanted.name }, given: null, shares: [] };
    }
    case 'transit':
      return {
        document: await sealWithTransit(root, { settings: parts.settings.transit, environment: parts.environment }),
        given: null,
        shares: [],
      };
    default:
      return wanted satisfies never;
  }
}

async function assertYields(
  provider: RootKeyProvider,
  { given, root }: { readonly given: Given | null; readonly root: RootKey },
): Promise<void> {
  assertSame(given === null ? await provider.fetch() : await provider.open(given), root);
}

function assertSame(found: RootKey | null, root: RootKey): void {
  const isSame = found !== null && timingSafeEqual(found.bytes, root.bytes);
  found?.bytes.fill(0);
  if (isSame) return;
  throw new Refusal('seal-unsafe', {
    detail: `The new form does not give root key ${root.id}${found === null ? '' : ` but ${found.id}`}. It is kept as before.`,
  });
}

async function commitFile(root: RootKey, parts: ProviderParts): Promise<{ leftBehind: string | null }> {
  const file = rootKeyFileOf(parts);
  const present = await readRootKey(file);
  if (present !== null && present.id !== root.id)
    throw new Refusal('seal-unsafe', { detail: `${file} holds another root key, ${present.id}. Nothing was changed.` });
  present?.bytes.fill(0);
  await writeRootKey(file, root);
  assertSame(await readRootKey(file), root);
  await removeSealDocument(parts.dataDir);
  return { leftBehind: null };
}

/** Its name when it is still there: another key, or a file that may not be removed. */
async function removeKeyFile(file: string, root: Pick<RootKey, 'id'>): Promise<string | null> {
  try {
    const present = await readRootKey(file);
    if (present === null) return null;
    present.bytes.fill(0);
    if (present.id !== root.id) return file;
    await overwrite(file);
    await rm(file);
    return null;
  } catch {
    return file;
  }
}

/** For file systems that write in place. A copy that was put away as a second name of the same file must not be lost by it. */
async function overwrite(file: string): Promise<void> {
  await using handle = await open(file, 'r+');
  const { size, nlink } = await handle.stat();
  if (nlink > 1) return;
  await handle.write(Buffer.alloc(size), 0, size, 0);
  await handle.sync();
}

/**
 * A crash between the new form and the end of the old one leaves both; the new one counts. Called when it has opened: then the
 * key file in the data directory is of no use any more, and what lies in the clear is worth removing.
 */
export async function finishSealChange(root: Pick<RootKey, 'id'>, { dataDir }: Pick<ProviderParts, 'dataDir'>): Promise<boolean> {
  const file = path.resolve(dataDir, 'keys', 'root.key');
  if ((await stat(file).catch(() => null)) === null) return false;
  return (await removeKeyFile(file, root)) === null;
}
