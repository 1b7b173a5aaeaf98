import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled, shownInGuide } from './stand.ts';
import type { ProxyProgram } from './stand.ts';
import { describeProxy } from './suite.ts';

const CADDY = '/usr/bin/caddy';

/** The site of the guide, with a certificate that is given and nothing kept outside the folder. */
const caddy: ProxyProgram = {
  prepare({ folder, port, holdfast, application, certificate, key }) {
    const site = shownInGuide('caddyfile')
      .replace(
        'shop.example {',
        `https://localhost:${port}, https://open.localhost:${port} {\n  bind 127.0.0.1\n  tls ${certificate} ${key}\n`,
      )
      .replaceAll('127.0.0.1:8000', holdfast)
      .replaceAll('127.0.0.1:3000', application);
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, `{\n  admin off\n  auto_https disable_redirects\n  storage file_system ${folder}\n}\n${site}`);
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    return { command: CADDY, args: ['run', '--config', file, '--adapter', 'caddyfile'], env };
  },
};

describeProxy('Caddy', caddy, isInstalled(CADDY));
