import { existsSync } from 'node:fs';
import { EXIT } from '../exit-codes.ts';
import type { Context, Input, LeafBody } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { shortPath } from '../context.ts';
import { jsonDocument } from '../terminal/output.ts';
import type { ProgressEvent, SealedEvent } from '../../main.ts';
import type { Paint } from '../terminal/paint.ts';
import { sealText } from '../words/seal-text.ts';
import { setupLines } from '../host/setup-link.ts';
import { formatElapsed, formatProgress } from '../terminal/progress.ts';
import { readVersion } from '../../platform/version.ts';

export const up: LeafBody = {
  about:
    'Without --to and without configured applications it protects the bundled demo shop, in enforce mode, so that an attack is seen stopped at once. Runs until Ctrl-C.',
  options: [
    { flags: '--to <url>', help: 'the application to protect' },
    { flags: '--host <name...>', help: 'host names to serve; others get 421. None = any' },
    { flags: '--listen <place>', help: 'HOST:PORT for HTTPS (127.0.0.1:8443), or http://HOST:PORT behind a TLS terminator' },
    { flags: '--admin <place>', help: 'HOST:PORT of the admin API, loopback only (127.0.0.1:9443)' },
    { flags: '--mode <mode>', help: 'monitor records attacks (default), enforce blocks them', choices: ['monitor', 'enforce'] },
    { flags: '--workers <count>', help: 'gateway processes besides this one (0: the gateway runs in this process)' },
    { flags: '--login <mode>', help: 'login in front of the application', choices: ['off', 'optional', 'required'] },
  ],
  examples: [
    'holdfast up --to http://127.0.0.1:3000',
    'holdfast up --to http://127.0.0.1:3000 --host shop.example.org --listen 0.0.0.0:443 --mode enforce',
    'holdfast up',
  ],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const startedAt = performance.now();
  const { io, output, signal, flags } = context;
  const { paint } = output;
  const [{ readConfig }, { listenSettings }] = await Promise.all([
    import('../read-config.ts'),
    import('../shell/listen-flag.ts'),
  ]);
  const loaded = readConfig(io, flags, settingsOf(input, listenSettings));
  const { config } = loaded;
  if (flags.dryRun)
    return {
      data: { dryRun: true, listen: config.listen, admin: config.admin, to: config.to, mode: config.mode },
      text: 'the configuration is valid; nothing was started\n',
    };
  const folder = await context.dataDir();
  const place = `${shortPath(folder, io.cwd)}${existsSync(folder) ? '' : ' (new)'}`;
  output.note(`  ${paint.bold(`Holdfast ${readVersion()}`)}   data ${place}   node ${process.versions.node}`);
  const { serve } = await import('../../main.ts');
  const progress = (event: ProgressEvent): void => output.note(formatProgress(event, paint));
  const onSealed = (event: SealedEvent): void => tellSealed(context, event);
  const running = await serve(loaded, { progress, onSealed, signal }).catch((error: unknown) => {
    // Stopped before anybody brought the keys.
    if (signal.aborted && error instanceof Error && error.name === 'AbortError') return null;
    throw error;
  });
  if (running === null) return stopped(context);
  const readyMs = Math.round(performance.now() - startedAt);
  const { addresses, applications, mode, isDemo, dataDir, isNew, setupLink } = running;
  const data = { addresses, applications, mode, isDemo, dataDir, isNew, readyMs, pid: process.pid };
  // A log collector keeps what a process prints: without a terminal the link goes to a file that only its owner reads.
  const isSeen = io.stderr.isTTY === true && !flags.json && !flags.quiet;
  const setup = await setupLines({ setupLink, dataDir, isSeen }, paint);
  if (flags.json) output.write(jsonDocument('up', { data }));
  for (const line of readyLines(
    {
      ...data,
      isLocalCertificate: config.tls.certificate === null && !config.tls.acme.enabled,
    },
    paint,
  ))
    output.note(line);
  for (const line of setup) output.note(line);
  await running.done;
  return stopped(context);
}

/** 130 tells a shell that a person stopped it; a service manager's SIGTERM is a normal end. */
function stopped({ output, signal }: Context): Outcome {
  output.note('  stopped: everything that was acknowledged is on disk');
  return { data: null, text: '', isStreamed: true, exit: signal.reason === 'SIGINT' ? EXIT.interrupted : EXIT.ok };
}

/** One line that says it, and the next command; a program reads the same as a document of its own, before that of the start. */
function tellSealed({ io, flags, output }: Context, { status, why, addresses }: SealedEvent): void {
  if (flags.json)
    io.stdout.write(jsonDocument('up', { data: { seal: status, why, sealedAddresses: addresses, pid: process.pid } }));
  const { paint } = output;
  output.note(`  ${paint.warn('SEALED')}: ${why ?? sealText(status)} Every port answers 503 until \`holdfast key unseal\`.`);
}

function settingsOf(input: Input, listenSettings: (flag: string) => ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const listen = input.text('listen');
  const settings = new Map(listen === null ? [] : listenSettings(listen));
  for (const [flag, setting] of [
    ['to', 'to'],
    ['admin', 'admin.listen'],
    ['mode', 'mode'],
    ['workers', 'workers'],
    ['login', 'login'],
  ] as const) {
    const value = input.text(flag);
    if (value !== null) settings.set(setting, value);
  }
  const hosts = input.list('host');
  if (hosts.length > 0) settings.set('host', hosts.join(','));
  return settings;
}

interface Ready {
  readonly addresses: Readonly<Record<'https' | 'http' | 'plain' | 'admin', string | null>>;
  readonly mode: string;
  readonly isDemo: boolean;
  readonly isLocalCertificate: boolean;
  readonly readyMs: number;
}

/** Only what is true now: each line names something that a person can open or run. */
function readyLines({ addresses, mode, isDemo, isLocalCertificate, readyMs }: Ready, paint: Paint): readonly string[] {
  const arrow = paint.bold('➜');
  const what = isDemo ? 'Demo shop, protected' : 'Your app, protected ';
  const certificate = isLocalCertificate ? 'local certificate, `holdfast trust` to trust it' : '';
  const lines: string[] = [];
  if (addresses.https !== null) lines.push(`  ${arrow} ${what}   ${paint.bold(shown(addresses.https))}   ${certificate}`);
  if (addresses.plain !== null)
    lines.push(`  ${arrow} ${what}   ${paint.bold(shown(addresses.plain))}   PLAIN HTTP: only behind a TLS terminator of yours`);
  if (addresses.admin !== null)
    lines.push(
      `  ${arrow} Admin API              ${shown(addresses.admin)}   this machine only; \`holdfast token create\` for automation`,
    );
  lines.push(modeLine(mode, paint));
  lines.push(hintLine(mode, isDemo));
  lines.push(`  Next: holdfast test attack | holdfast status | holdfast audit tail        ready in ${formatElapsed(readyMs)}`);
  return lines;
}

function hintLine(mode: string, isDemo: boolean): string {
  if (isDemo) return '  The shop is flawed on purpose. Protect your own: holdfast up --to http://127.0.0.1:3000';
  return mode === 'enforce'
    ? '  Something legitimate is blocked? holdfast explain ID says why and offers the exception'
    : '  When you have seen that nothing legitimate is recorded: holdfast app mode NAME enforce';
}

function modeLine(mode: string, paint: Paint): string {
  const always = 'TLS, headers, cookie flags and protocol checks enforce';
  return mode === 'enforce'
    ? `  Mode ${paint.good('ENFORCE')}: ${always}; attack rules block.`
    : `  Mode ${paint.warn('MONITOR')}: ${always}; attack rules only record.`;
}

/** The certificate names localhost; the bare address would be refused by some browsers. */
const shown = (address: string): string => address.replace('//127.0.0.1:', '//localhost:');
