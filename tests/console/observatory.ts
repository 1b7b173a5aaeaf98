import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HoldfastProcess } from '../support/holdfast-process.ts';

/**
 * `npm run test:observatory`: scans the protected demo shop with the MDN HTTP Observatory and fails below A+. The scanner is
 * no dependency of this project: it is fetched into a temporary folder, without its install scripts.
 */
const SCANNER = '@mdn/mdn-http-observatory@1.4.8';
const WANTED = 'A+';
/** A name that is public in form, so that everything sent to real hosts is sent here, and reserved (RFC 2606 §3). */
const NAME = 'shop.example.com';

interface Scan {
  readonly error?: string;
  readonly scan?: { readonly grade: string; readonly score: number };
  readonly tests?: Readonly<Record<string, { readonly pass: boolean; readonly result: string; readonly scoreModifier: number }>>;
}

function installScanner(folder: string): string {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', SCANNER];
  execFileSync('npm', install, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const scanner = join(folder, 'node_modules/@mdn/mdn-http-observatory');
  // What its install script would download. The name here is on no preload list.
  writeFileSync(join(scanner, 'conf/hsts-preload.json'), '{}');
  return join(scanner, 'src/scan.js');
}

/** The local CA never vouches for a public name, so the operator's own files are what is served. */
function makeCertificate(folder: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...names], { stdio: 'ignore' });
  return { cert, key };
}

function scan(scanner: string, server: HoldfastProcess, cert: string): Scan {
  const network = fileURLToPath(new URL('observatory-network.ts', import.meta.url));
  const place = [NAME, new URL(server.http).port, new URL(server.https).port].join(' ');
  const ran = spawnSync(process.execPath, ['--import', network, scanner, NAME], {
    encoding: 'utf8',
    env: { ...process.env, NODE_EXTRA_CA_CERTS: cert, OBSERVATORY_PLACE: place },
  });
  process.stderr.write(ran.stderr);
  // The scanner's printed form; a missing field reads as a failed scan below.
  return JSON.parse(ran.stdout) as Scan;
}

const folder = mkdtempSync(join(tmpdir(), 'hf-observatory-'));
try {
  const scanner = installScanner(folder);
  const { cert, key } = makeCertificate(folder);
  await using server = await HoldfastProcess.start({
    args: ['--host', NAME],
    env: { HOLDFAST_TLS__CERTIFICATE: cert, HOLDFAST_TLS__KEY: key },
  });
  const result = scan(scanner, server, cert);
  for (const [name, test] of Object.entries(result.tests ?? {})) {
    process.stdout.write(`${test.pass ? 'pass' : 'FAIL'}  ${String(test.scoreModifier).padStart(4)}  ${name}: ${test.result}\n`);
  }
  process.stdout.write(`grade ${result.scan?.grade ?? 'none'}, score ${result.scan?.score ?? 0}${result.error ?? ''}\n`);
  process.exitCode = result.scan?.grade === WANTED ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
