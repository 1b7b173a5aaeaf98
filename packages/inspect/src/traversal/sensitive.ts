/** Files worth stealing, as sequences of names; what stands between the names may be any separator or noise. */
const SEQUENCES: readonly (readonly string[])[] = [
  ['etc', 'passwd'],
  ['etc', 'shadow'],
  ['etc', 'group'],
  ['etc', 'hosts'],
  ['etc', 'issue'],
  ['etc', 'motd'],
  ['etc', 'fstab'],
  ['etc', 'crontab'],
  ['etc', 'resolv'],
  ['etc', 'ssh'],
  ['etc', 'apache'],
  ['etc', 'apache2'],
  ['etc', 'httpd'],
  ['etc', 'nginx'],
  ['etc', 'mysql'],
  ['etc', 'php'],
  ['etc', 'php4'],
  ['etc', 'php5'],
  ['etc', 'my'],
  ['etc', 'init'],
  ['etc', 'profile'],
  ['etc', 'sudoers'],
  ['etc', 'security'],
  ['etc', 'vsftpd'],
  ['etc', 'proftpd'],
  ['etc', 'pure-ftpd'],
  ['etc', 'ftpd'],
  ['etc', 'chrootusers'],
  ['etc', 'wu-ftpd'],
  ['etc', 'logrotate'],
  ['etc', 'ftpchroot'],
  ['etc', 'hostname'],
  ['etc', 'redhat-release'],
  ['etc', 'debian_version'],
  ['etc', 'at'],
  ['etc', 'inetd'],
  ['proc', 'self'],
  ['proc', 'version'],
  ['proc', 'cpuinfo'],
  ['proc', 'mounts'],
  ['proc', 'net'],
  ['windows', 'system32'],
  ['winnt', 'system32'],
  ['windows', 'win'],
  ['winnt', 'win'],
  ['windows', 'repair'],
  ['windows', 'php'],
  ['winnt', 'php'],
  ['windows', 'system'],
  ['inetpub', 'wwwroot'],
  ['inetpub', 'logs'],
  ['apache', 'logs'],
  ['apache', 'conf'],
  ['apache2', 'logs'],
  ['apache2', 'conf'],
  ['apache', 'php'],
  ['httpd', 'logs'],
  ['httpd', 'conf'],
  ['var', 'log'],
  ['var', 'mysql'],
  ['var', 'www', 'logs'],
  ['var', 'cpanel'],
  ['var', 'adm'],
  ['var', 'run'],
  ['var', 'spool'],
  ['var', 'lib', 'mysql'],
  ['usr', 'local', 'apache'],
  ['usr', 'local', 'apache2'],
  ['usr', 'local', 'php'],
  ['usr', 'local', 'etc'],
  ['usr', 'etc'],
  ['usr', 'lib', 'security'],
  ['usr', 'pkgsrc'],
  ['usr', 'ports'],
  ['usr', 'sbin'],
  ['xampp', 'apache'],
  ['mysql', 'data'],
  ['root', 'bash_history'],
  ['opt', 'apache'],
  ['opt', 'lampp'],
  ['opt', 'xampp'],
  ['php', 'ini'],
  ['mysql', 'bin'],
  ['wamp', 'bin'],
  ['library', 'webserver'],
  ['documents and settings', 'administrator'],
  ['program files', 'apache'],
  ['volumes', 'macintosh_hd1'],
  ['volumes', 'webbackup'],
  ['nt', 'system32'],
];
/** Names that are sensitive wherever they lie. */
const NAMES = new Set([
  'boot.ini',
  'win.ini',
  'web.config',
  'web.xml',
  'web-inf',
  'meta-inf',
  '.htaccess',
  '.htpasswd',
  '.bash_history',
  '.ssh',
  'id_rsa',
  'id_dsa',
  'authorized_keys',
  'php.ini',
  'my.ini',
  'my.cnf',
  'httpd.conf',
  'apache2.conf',
  'cmd.exe',
  'global.asa',
  'wp-config.php',
  '.git',
  '.svn',
  '.env',
  '.aws',
  'system.ini',
  'autoexec.bat',
  'access_log',
  'error_log',
  'shadow',
  'localstart.asp',
  'desktop.ini',
  'boot.ini.bak',
  'config.inc.php',
  'wp-config',
  '.npmrc',
  '.dockerenv',
  'sam',
  'ntuser.dat',
  'unattend.xml',
  'netstat',
  'web-infweb.xml',
]);
const BY_FIRST: ReadonlyMap<string, readonly (readonly string[])[]> = Map.groupBy(SEQUENCES, (sequence) => sequence[0] ?? '');
/** Runs of characters that can only be names; everything else between them counts as a separator, however it is encoded. */
const NAME_RUN = /[\w.-]+/g;
const NAMES_MAX = 512;
/** Encodings of a slash that no decoder here undoes, because only one lax decoder somewhere does. */
const ENCODED_SEPARATOR = /0x2[ef]|0x5c|%(?:25)?(?:2f|5c|c0%af|c1%9c|[0-9a-z]{2})/gi;

/** A sensitive file found in a value, and whether it is spelt with ordinary separators. */
export interface SensitiveFile {
  name: string;
  start: number;
  end: number;
}

/** Lower case, with every encoded separator as slashes; offsets stay those of the text. */
export function foldSeparators(text: string): string {
  return text.toLowerCase().replaceAll(ENCODED_SEPARATOR, (match) => '/'.repeat(match.length));
}

/** First sensitive file named in the value, reading any noise between the names as a separator. */
export function findSensitiveFile(text: string): SensitiveFile | undefined {
  const folded = foldSeparators(text);
  const names: { text: string; start: number }[] = [];
  for (const match of folded.matchAll(NAME_RUN)) {
    if (names.length >= NAMES_MAX) break;
    names.push({ text: match[0], start: match.index });
  }
  for (const [index, name] of names.entries()) {
    const trimmed = name.text.replace(/^\.{2,}/, '');
    if (NAMES.has(trimmed) && trimmed.length > 3) return { name: trimmed, start: name.start, end: name.start + name.text.length };
    for (const sequence of BY_FIRST.get(trimmed.replaceAll('.', '')) ?? []) {
      const last = names[index + sequence.length - 1];
      if (last !== undefined && matches(names, { index, sequence }, folded))
        return { name: sequence.join('/'), start: name.start, end: last.start + last.text.length };
    }
  }
  return undefined;
}

function matches(
  names: readonly { text: string; start: number }[],
  candidate: { index: number; sequence: readonly string[] },
  text: string,
): boolean {
  for (const [offset, wanted] of candidate.sequence.entries()) {
    const name = names[candidate.index + offset];
    if (name === undefined) return false;
    const bare = name.text.replace(/^\.+|\.+$/g, '');
    if (offset > 0 && bare !== wanted && !bare.startsWith(`${wanted}.`)) return false;
    const previous = names[candidate.index + offset - 1];
    if (offset > 0 && previous !== undefined && !isSeparator(text.slice(previous.start + previous.text.length, name.start)))
      return false;
  }
  return true;
}

/** A blank or a comma joins words of a sentence; anything else without letters may be a disguised slash. */
function isSeparator(between: string): boolean {
  return between.length > 0 && between.length <= 16 && !/^[\s,;:!'"()]+$/.test(between);
}
