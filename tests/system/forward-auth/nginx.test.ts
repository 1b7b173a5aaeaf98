import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled, shownInGuide } from './stand.ts';
import type { ProxyProgram } from './stand.ts';
import { describeProxy } from './suite.ts';

const NGINX = '/usr/sbin/nginx';

/** The server of the guide, in a folder of its own and as the user who runs the test. */
const nginx: ProxyProgram = {
  prepare({ folder, port, holdfast, application, certificate, key }) {
    const server = shownInGuide('nginx')
      .replaceAll('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replaceAll('shop.example', 'localhost open.localhost')
      .replaceAll('/etc/nginx/shop.crt', certificate)
      .replaceAll('/etc/nginx/shop.key', key)
      .replaceAll('127.0.0.1:8000', holdfast)
      .replaceAll('127.0.0.1:3000', application);
    const temp = (name: string): string => `  ${name}_temp_path ${join(folder, name)};\n`;
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(temp).join('');
    const text = `daemon off;\nmaster_process off;\npid ${join(folder, 'nginx.pid')};\nerror_log stderr;\nevents {}\nhttp {\n  access_log off;\n${paths}${server}}\n`;
    const file = join(folder, 'nginx.conf');
    mkdirSync(join(folder, 'logs'), { recursive: true });
    writeFileSync(file, text);
    return { command: NGINX, args: ['-p', folder, '-c', file] };
  },
};

describeProxy('nginx', nginx, isInstalled(NGINX));
