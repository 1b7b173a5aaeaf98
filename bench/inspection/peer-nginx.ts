import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** nginx with ModSecurity 3 and the OWASP Core Rule Set as Debian ships them: paranoia level 1, threshold 5, no audit log. */
export interface NginxPeer extends AsyncDisposable {
  readonly port: number;
  readonly pids: () => readonly number[];
  readonly version: string;
}

const PACKAGES = ['nginx', 'libnginx-mod-http-modsecurity', 'modsecurity-crs'];
const FILES = [
  '/usr/sbin/nginx',
  '/usr/share/modsecurity-crs/rules/REQUEST-901-INITIALIZATION.conf',
  '/usr/lib/nginx/modules/ngx_http_modsecurity_module.so',
];
const START_TRIES_MAX = 100;

/** Installs what is absent, when this process may; null with a reason on stderr when it may not. */
export async function startNginx(upstreamPort: number): Promise<NginxPeer | null> {
  if (!isInstalled() && !install()) return null;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-peer-'));
  const port = await freePort();
  writeFileSync(join(folder, 'rules.conf'), rules(folder));
  writeFileSync(join(folder, 'nginx.conf'), configuration({ folder, port, upstreamPort }));
  const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilListening(port, child);
  return {
    port,
    pids: () => workersOf(child),
    version: spawnSync('/usr/sbin/nginx', ['-v'], { encoding: 'utf8' }).stderr.trim(),
    async [Symbol.asyncDispose]() {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const isInstalled = (): boolean => FILES.every((file) => existsSync(file));

function install(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    process.stderr.write(`peer left out: needs the Debian packages ${PACKAGES.join(', ')}\n`);
    return false;
  }
  process.stderr.write(`installing ${PACKAGES.join(', ')} …\n`);
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['install', '-y', '-qq', ...PACKAGES], { stdio: 'ignore', env });
  if (isInstalled()) return true;
  process.stderr.write('peer left out: its packages could not be installed\n');
  return false;
}

/** What ModSecurity's recommended configuration switches on for requests; bodies are read by their type, answers are not. */
function rules(folder: string): string {
  const crs = '/usr/share/modsecurity-crs/rules';
  return `SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecRequestBodyNoFilesLimit 1048576
SecRequestBodyLimitAction Reject
SecResponseBodyAccess Off
SecAuditEngine Off
SecTmpDir ${folder}
SecDataDir ${folder}
SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\\+|/)|text/)xml" "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
Include /etc/modsecurity/crs/crs-setup.conf
Include ${crs}/*.conf
`;
}

function configuration({ folder, port, upstreamPort }: { folder: string; port: number; upstreamPort: number }): string {
  return `load_module /usr/lib/nginx/modules/ngx_http_modsecurity_module.so;
daemon off;
worker_processes auto;
pid ${folder}/nginx.pid;
error_log /dev/null crit;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  client_max_body_size 20m;
  client_body_buffer_size 2m;
  keepalive_requests 1000000;
  upstream application { server 127.0.0.1:${upstreamPort}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    modsecurity on;
    modsecurity_rules_file ${folder}/rules.conf;
    location / {
      proxy_pass http://application;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
    }
  }
}
`;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < START_TRIES_MAX; tries += 1) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    // Tries come one after the other.
    // oxlint-disable-next-line no-await-in-loop
    if (await answers(port)) return;
  }
  child.kill('SIGTERM');
  throw new Error('nginx does not listen');
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => setTimeout(() => done(false), 100));
  });
}

function workersOf(child: ChildProcess): readonly number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number(line)]));
}
