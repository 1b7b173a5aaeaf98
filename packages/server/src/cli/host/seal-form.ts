import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SEAL_KINDS, SHARES_MAX, type SealKind } from '@holdfast/contract';
import { PASSPHRASE_CHARS_MIN } from '../../platform/keyring/seal/passphrase.ts';
import { prepareSeal, type PreparedSeal, type Wanted } from '../../platform/keyring/seal/seal-with.ts';
import type { ProviderParts } from '../../platform/keyring/seal/open-provider.ts';
import type { RootKey } from '../../platform/keyring/root-key.ts';
import type { Context, Input } from '../command.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { jsonDocument } from '../terminal/output.ts';
import { backupSecret } from './backup-secret.ts';

/** What each way of keeping the root key needs to be told. */
export const FORM_OPTIONS = [
  { flags: '--of <count>', help: 'shares: how many there are' },
  { flags: '--need <count>', help: 'shares: how many of them open it' },
  { flags: '--passphrase-file <file>', help: 'passphrase: read it from a file; - is stdin. Without it you are asked' },
  { flags: '--credential <name>', help: 'credential: its name in the unit of systemd' },
] as const;

export function formOf(word: string | null): SealKind {
  const found = SEAL_KINDS.find((kind) => kind === word);
  if (found === undefined) throw new UsageFault(`One of ${SEAL_KINDS.join(', ')} is needed.`, 'holdfast key seal-with --help');
  return found;
}

export async function wantedOf(context: Context, input: Input, kind: SealKind): Promise<Wanted> {
  switch (kind) {
    case 'file':
    case 'transit':
      return { kind };
    case 'shares': {
      const [of, need] = [countOf(input, 'of'), countOf(input, 'need')];
      if (need < 2 || need > of || of > SHARES_MAX)
        throw new UsageFault(
          `At least 2 shares are needed, and at most as many as there are (${SHARES_MAX}).`,
          'holdfast key shares --of 5 --need 3',
        );
      return { kind, of, need };
    }
    case 'passphrase': {
      const text = await backupSecret(context, input.text('passphraseFile'), { isNew: true });
      if (text.length < PASSPHRASE_CHARS_MIN)
        throw new UsageFault(
          `A passphrase has at least ${PASSPHRASE_CHARS_MIN} characters: a few words, for example.`,
          'try it again',
        );
      return { kind, passphrase: Buffer.from(text) };
    }
    case 'credential': {
      const name = input.text('credential');
      if (name === null) throw new UsageFault('A credential needs --credential NAME.', 'holdfast key seal-with --help');
      return { kind, name };
    }
    default:
      return kind satisfies never;
  }
}

function countOf(input: Input, name: 'of' | 'need'): number {
  const text = input.text(name);
  if (text === null || !/^\d{1,3}$/u.test(text))
    throw new UsageFault(`Shares need --${name} COUNT.`, 'holdfast key shares --of 5 --need 3');
  return Number(text);
}

export interface Sealing {
  readonly root: RootKey;
  readonly wanted: Wanted;
  readonly parts: ProviderParts;
  /** Recorded before it happens. */
  readonly record: () => Promise<void>;
}

/**
 * Shares are shown before the root key is kept in them, because afterwards they are the only way to it: a pipe that broke, or a
 * terminal that was closed, must leave the old way whole.
 */
export async function sealAs(context: Context, { root, wanted, parts, record }: Sealing): Promise<Outcome> {
  const prepared = await prepareSeal(root, wanted, parts);
  const facts = { kind: prepared.kind, rootKey: root.id };
  if (prepared.shares.length > 0) await show(context, prepared, facts);
  await record();
  const { leftBehind } = await prepared.commit();
  root.bytes.fill(0);
  const earlier = await earlierKeys(parts.dataDir, prepared.kind);
  const remove = [...(leftBehind === null ? [] : [leftBehind]), ...earlier];
  const rest = remove.map((file) => `remove it, or put it away: ${file}\n`).join('');
  const text = `root key ${root.id} is kept ${WORDS[prepared.kind]}\n${rest}`;
  return {
    data: { ...facts, leftBehind: remove },
    text,
    ...(prepared.shares.length > 0 ? streamed(context, text) : {}),
  };
}

const WORDS: Readonly<Record<SealKind, string>> = {
  file: 'in its key file: keep a copy apart from backups',
  passphrase: 'with a passphrase',
  shares: 'in shares',
  credential: 'in a credential of systemd',
  transit: 'by a transit key',
};

/** What was to be said is out already. */
function streamed({ flags, output }: Context, text: string): { isStreamed: true } {
  if (!flags.json) output.note(text.trimEnd());
  return { isStreamed: true };
}

async function show(context: Context, { shares }: PreparedSeal, facts: object): Promise<void> {
  const { io, flags } = context;
  const text = flags.json ? jsonDocument('key', { data: { ...facts, shares } }) : `${shares.join('\n')}\n`;
  await new Promise<void>((resolve, reject) => {
    io.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
  context.output.note('Each is shown this once. Give each to another person, on paper or in a safe of their own.');
  if (!(await context.confirm('Does everybody have theirs?')))
    throw new NotConfirmed('These shares are worth nothing: the root key is kept as before.');
}

/** Root keys of before a change of it lie beside, for backups made with them; a new way of keeping says nothing of those. */
async function earlierKeys(dataDir: string, kind: SealKind): Promise<readonly string[]> {
  if (kind === 'file') return [];
  const names = await readdir(join(dataDir, 'keys')).catch(() => []);
  return names.filter((name) => name.startsWith('root.key')).map((name) => join(dataDir, 'keys', name));
}
