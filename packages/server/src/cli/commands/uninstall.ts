import { readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { Context, Input, LeafBody } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { shortPath } from '../context.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import { openSocket } from '../connection/socket-transport.ts';

/** What only Holdfast makes in a data directory: a folder without any of it is somebody else's and is never removed. */
const OURS: readonly string[] = ['keys', 'ledger', 'pgdata', 'tls', 'logs', 'admin.sock', 'lock'];

interface Placed {
  readonly what: string;
  readonly where: string;
}

export const uninstall: LeafBody = {
  about:
    'Without --purge it only lists. With --purge the keys go first: whatever survives on a disk or in a backup then cannot be read with them.',
  options: [
    { flags: '--purge', help: 'remove what is listed' },
    { flags: '--confirm <name>', help: 'name of the data directory, in place of typing it' },
  ],
  examples: ['holdfast uninstall', 'holdfast uninstall --purge --confirm .holdfast --yes'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const dataDir = await context.dataDir();
  const placed = await listPlaced(dataDir);
  const text =
    placed.length === 0
      ? 'Holdfast has placed nothing here\n'
      : placed.map(({ what, where }) => `${what.padEnd(12)} ${where}\n`).join('');
  if (!input.isSet('purge') || context.flags.dryRun || placed.length === 0) {
    const hint =
      placed.length === 0
        ? ''
        : `\nkeep what counts first: holdfast audit export NAME; holdfast backup create FILE\nremove: holdfast uninstall --purge --confirm ${basename(dataDir)}\n`;
    return { data: { placed, removed: false }, text: text + hint };
  }
  context.output.note(text.trimEnd());
  await refuseWhenUnsafe(context, input, dataDir);
  const untrusted = await removeTrust(dataDir);
  // Keys before data: an interruption half-way leaves ciphertext, not plaintext.
  await rm(join(dataDir, 'keys'), { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
  return {
    data: { placed, removed: true, left: untrusted },
    text: `removed ${shortPath(dataDir, context.io.cwd)}\n${untrusted.map((line) => `left, run it yourself: ${line}\n`).join('')}`,
  };
}

async function refuseWhenUnsafe(context: Context, input: Input, dataDir: string): Promise<void> {
  const names = await readdir(dataDir);
  if (!names.some((name) => OURS.includes(name)))
    throw new NotConfirmed('This folder was not made by Holdfast.', 'holdfast uninstall --data-dir DIR');
  const running = await openSocket(dataDir, context.signal);
  await running?.close();
  if (running !== null) throw new NotConfirmed('A Holdfast runs on this data directory.', 'stop it first');
  const name = basename(dataDir);
  const typed = input.text('confirm');
  if (typed !== null && typed !== name) throw new UsageFault(`--confirm must be ${name}.`, 'holdfast uninstall');
  if (typed === null || !(await context.confirm(`Remove ${dataDir} for good?`))) {
    throw new NotConfirmed('Nothing was removed.', `holdfast uninstall --purge --confirm ${name} --yes`);
  }
}

async function listPlaced(dataDir: string): Promise<readonly Placed[]> {
  const placed: Placed[] = [];
  if ((await stat(dataDir).catch(() => null)) !== null) placed.push({ what: 'data', where: dataDir });
  for (const command of await trustCommands(dataDir)) placed.push({ what: 'trust', where: command });
  return placed;
}

/** Commands that take the local certificate out of this machine's trust, where it may stand. */
async function trustCommands(dataDir: string): Promise<readonly string[]> {
  const caPath = join(dataDir, 'tls', 'ca.crt');
  if ((await stat(caPath).catch(() => null)) === null) return [];
  const { commandLine, describeTrust, thisHost } = await import('../../platform/tls/trust.ts');
  const { remove } = await describeTrust(caPath, thisHost(homedir()));
  return remove.map(commandLine);
}

async function removeTrust(dataDir: string): Promise<readonly string[]> {
  const caPath = join(dataDir, 'tls', 'ca.crt');
  if ((await stat(caPath).catch(() => null)) === null) return [];
  const { commandLine, thisHost, uninstallTrust } = await import('../../platform/tls/trust.ts');
  const { left } = await uninstallTrust({ caPath, host: thisHost(homedir()), dryRun: false });
  return left.map(commandLine);
}
