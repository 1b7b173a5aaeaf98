import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand } from '../support/console-stand.ts';

/**
 * `npm run test:lighthouse`: asks Lighthouse about pages of the console, signed in. It is larger than all of this project
 * together, so it is fetched into a temporary folder, without install scripts.
 */
const LIGHTHOUSE = 'lighthouse@13.5.0';
const PAGES = ['/', '/events', '/applications', '/settings'];
/** Of one hundred; performance on a desktop, where a console is read. */
const WANTED: Readonly<Record<string, number>> = { accessibility: 100, performance: 95, 'best-practices': 100 };
const FLAGS =
  '--headless=new --no-sandbox --disable-gpu --ignore-certificate-errors --no-first-run --disable-background-networking';

interface Report {
  readonly categories: Readonly<
    Record<string, { readonly score: number | null; readonly auditRefs: readonly { readonly id: string }[] }>
  >;
  readonly audits: Readonly<
    Record<string, { readonly score: number | null; readonly title: string; readonly displayValue?: string }>
  >;
}

function install(folder: string): string {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const options = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', LIGHTHOUSE];
  execFileSync('npm', options, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'node_modules/lighthouse/cli/index.js');
}

function ask(program: string, url: string, { folder, cookie }: { folder: string; cookie: string }): Report {
  const headers = join(folder, 'headers.json');
  writeFileSync(headers, JSON.stringify({ cookie }), { mode: 0o600 });
  const output = join(folder, 'report.json');
  const options = ['--output=json', `--output-path=${output}`, '--preset=desktop', `--extra-headers=${headers}`, '--quiet'];
  const only = `--only-categories=${Object.keys(WANTED).join(',')}`;
  const ran = spawnSync(process.execPath, [program, url, ...options, only, `--chrome-flags=${FLAGS}`], {
    encoding: 'utf8',
    env: { ...process.env, CHROME_PATH: CHROMIUM },
  });
  if (ran.status !== 0) process.stderr.write(ran.stderr);
  // The report of this version of Lighthouse.
  return JSON.parse(readFileSync(output, 'utf8')) as Report;
}

/** A machine with other work makes a page look slower than it is, and nothing makes it look faster: the best of a few counts. */
const TRIES_MAX = 3;
function askUntilGood(program: string, url: string, where: { folder: string; cookie: string }): Report {
  const scoreOf = ({ categories }: Report): number => categories['performance']?.score ?? 0;
  let best = ask(program, url, where);
  for (let tries = 1; tries < TRIES_MAX && scoreOf(best) * 100 < (WANTED['performance'] ?? 0); tries += 1) {
    const next = ask(program, url, where);
    if (scoreOf(next) > scoreOf(best)) best = next;
  }
  return best;
}

/** One line a page, and below it what cost points. */
function judge(path: string, { categories, audits }: Report): boolean {
  const scores = Object.keys(WANTED).map((name) => [name, Math.round((categories[name]?.score ?? 0) * 100)] as const);
  process.stdout.write(`${path}  ${scores.map(([name, score]) => `${name} ${score}`).join('  ')}\n`);
  for (const name of ['largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift'])
    process.stdout.write(`    ${name} ${audits[name]?.displayValue ?? '?'}\n`);
  const short = scores.filter(([name, score]) => score < (WANTED[name] ?? 0));
  for (const [name] of short) {
    const lost = (categories[name]?.auditRefs ?? []).filter(({ id }) => (audits[id]?.score ?? 1) < 0.9);
    for (const { id } of lost)
      process.stdout.write(`    ${name}: ${audits[id]?.title ?? id} ${audits[id]?.displayValue ?? ''}\n`);
  }
  return short.length === 0;
}

const folder = mkdtempSync(join(tmpdir(), 'hf-lighthouse-'));
try {
  const program = install(folder);
  await using stand = await openConsoleStand();
  const cookie = [...stand.owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const passed = PAGES.map((path) => judge(path, askUntilGood(program, stand.origin + path, { folder, cookie })));
  process.exitCode = passed.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
