import type { Evidence, Location } from '../types.ts';

/** Headers in which upload scripts name the file. */
const NAME_HEADERS: ReadonlySet<string> = new Set(['x-filename', 'x_filename', 'x-file-name', 'x.filename']);
/** Files that a web server, a shell or an application obeys wherever they lie: nobody uploads one by chance. */
const OBEYED: ReadonlySet<string> = words(
  '.htaccess .htpasswd .htdigest .htgroup .user.ini php.ini web.config wp-config.php localsettings.php config.inc.php .bashrc ' +
    '.bash_profile .bash_logout .profile .zshrc .cshrc .kshrc .ssh authorized_keys authorized_keys2 .netrc .pgpass .my.cnf .forward ' +
    '.rhosts .shosts hosts.equiv crontab sudoers httpd.conf apache2.conf global.asa global.asax machine.config applicationhost.config',
);
/**
 * Settings and secrets of applications, and the process files of Linux. Developers do upload some of these in forms, so they count only
 * where a script would join the header to a path.
 */
const READ_AS_PATH: ReadonlySet<string> = words(
  'user.ini wp-config.bak wp-config.old wp-config.txt wp-config.temp wp-config.tmp configuration.php config.php config.yml config.yaml ' +
    'config.sample.php config_dev.yml config_prod.yml config_test.yml parameters.yml routing.yml security.yml services.yml database.yml ' +
    'secrets.yml credentials.yml default.settings.php settings.php settings.local.php settings.inc.php settings.py settings.pl ' +
    'local_settings.py .env .env.local .env.production .bash_history .zsh_history .login .logout known_hosts id_rsa id_dsa id_ecdsa ' +
    'id_ed25519 .npmrc .pypirc my.cnf .mysql_history .psql_history .git .gitconfig .gitignore .gitmodules .hgignore .svn .subversion ' +
    '.viminfo .vimrc shadow passwd nginx.conf local.xml boot.ini win.ini desktop.ini web.xml .aws .docker .dockerignore dockerfile .kube ' +
    'npm-debug.log yarn.lock package.json package-lock.json composer.json composer.lock .ds_store ws_ftp.ini .ftpconfig .eslintrc ' +
    'acpi asound bootconfig buddyinfo cmdline consoles cpuinfo crypto devices diskstats dma dynamic_debug execdomains fb filesystems ' +
    'interrupts iomem ioports irq kallsyms kcore key-users keys kmsg kpagecgroup kpagecount kpageflags latency_stats loadavg locks mdstat ' +
    'meminfo misc modules mounts mtrr pagetypeinfo partitions sched_debug schedstat scsi self slabinfo softirqs stat swaps sysrq-trigger ' +
    'sysvipc thread-self timer_list timer_stats tty uptime version vmallocinfo vmstat zoneinfo',
);
const NAME_LENGTH_MAX = 64;

/** True where the field is the name under which a file is to be kept. */
export function isUploadName(location: Location, name: string): boolean {
  return location === 'file-name' || (location === 'header' && NAME_HEADERS.has(name));
}

/** Judges the name of an upload (CWE-434). */
export function judgeUploadName(value: string, location: Location): Evidence | undefined {
  const last = value.slice(-NAME_LENGTH_MAX).split(/[/\\]/).at(-1) ?? '';
  // Windows drops dots and streams at the end of a name, and careless scripts drop blanks inside it.
  const name = last
    .toLowerCase()
    .replaceAll(/[\s\0]/g, '')
    .replace(/(?:\.|::\$data)$/, '');
  if (!OBEYED.has(name) && (location !== 'header' || !READ_AS_PATH.has(name))) return undefined;
  const why = 'a file of this name would be read as settings or secrets where it is kept';
  return { rule: 'cmdi.upload', confidence: 0.94, span: [0, value.length], why };
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
