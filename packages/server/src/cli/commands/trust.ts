import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context, Input, LeafBody } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { noteDataDir } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';

export const trust: LeafBody = {
  about:
    'Without a flag it prints the commands and changes nothing. Only the local certificate authority of this data directory is concerned.',
  options: [
    { flags: '--install', help: 'make this machine trust it' },
    { flags: '--remove', help: 'take that back' },
  ],
  examples: ['holdfast trust', 'holdfast trust --install', 'holdfast trust --remove'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  if (input.isSet('install') && input.isSet('remove'))
    throw new UsageFault('Use either --install or --remove.', 'holdfast trust --help');
  const dataDir = await context.dataDir();
  noteDataDir(context, dataDir, 'certificate');
  const caPath = join(dataDir, 'tls', 'ca.crt');
  await access(caPath).catch(() => {
    throw new UsageFault('There is no local certificate yet; the first start makes one.', 'holdfast up');
  });
  const trusting = await import('../../platform/tls/trust.ts');
  const host = trusting.thisHost(homedir());
  const plan = await trusting.describeTrust(caPath, host);
  const isWriting = (input.isSet('install') || input.isSet('remove')) && !context.flags.dryRun;
  const chosen = input.isSet('remove') ? plan.remove : plan.install;
  if (!isWriting) {
    const lines = chosen.map(
      (command) => `${command.needsRoot ? 'sudo ' : ''}${trusting.commandLine(command)}   # ${command.why}\n`,
    );
    return {
      data: { ...plan, dryRun: true },
      text: `# ${plan.fingerprint}\n${lines.join('')}${plan.notes.map((note) => `# ${note}\n`).join('')}`,
    };
  }
  if (!(await context.confirm(`Change what this machine trusts (${chosen.length} commands)?`)))
    throw new NotConfirmed('This machine trusts what it did before.');
  const request = { caPath, host, dryRun: false };
  const outcome = input.isSet('remove') ? await trusting.uninstallTrust(request) : await trusting.installTrust(request);
  const lines = [
    ...outcome.done.map((command) => `done    ${trusting.commandLine(command)}\n`),
    ...outcome.left.map((command) => `as root sudo ${trusting.commandLine(command)}\n`),
    ...outcome.failed.map((command) => `failed  ${trusting.commandLine(command)}\n`),
  ];
  return { data: outcome, text: lines.join(''), exit: outcome.failed.length === 0 ? EXIT.ok : EXIT.findings };
}
