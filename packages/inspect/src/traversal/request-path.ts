import type { Evidence } from '../types.ts';

/** Folders with a dot that are meant to be asked for: RFC 8615, and the names hosts and build tools serve under. */
const PUBLIC_FOLDERS = new Set([
  '.well-known',
  '.holdfast',
  '.netlify',
  '.auth',
  '.vite',
  '.proxy',
  '.redwood',
  '.vercel',
  '.oembed',
  '.within.website',
  '.cloud',
]);
/** Deeper ones may be files of a repository that is shown. */
const DEPTH_MAX = 2;
/** What an editor or a hurried hand leaves beside a program; its server hands it out as text (CWE-530). */
const LEFTOVER =
  /\.(?:php\d?|phtml|inc|aspx?|ashx|jspx?|cfm|cgi|pl|py|rb|config|conf|cfg|cnf|ini|env|ya?ml|properties|json|xml|sql|htaccess|js|ts)(?:[._-](?:bak|backup|back|old|orig|original|save|saved|swp|swo|tmp|temp|copy|dist|txt|zip|gz|1|2|0)|~|#|%7e)$/i;
/** Honest endings that the pattern above would take: sources that are meant to be read. */
const SHOWN = /\.(?:js|ts|json|xml|ya?ml)[._-](?:txt|zip|gz|dist|1|2|0)$/i;
const BACKUP =
  /^(?:[\w-]{0,32}[._-])?(?:backups?|dump|db|database|mysql|sql|wwwroot|www|public_html|htdocs|site|sitebackup|prod|production|users)(?:[._-]?[\d_-]{1,16})?\.(?:sql|sqlite3?|mdb|bak|dump|(?:sql|tar)\.(?:gz|zip|bz2|xz|7z)|tgz|rar|7z)$/i;
const LOGS = new Set(
  'error.log errors.log error_log errorlog debug.log access.log access_log laravel.log npm-debug.log yarn-error.log php_errors.log php-errors.log php_error.log mysql.log storage.log wp-debug.log'.split(
    ' ',
  ),
);
const EDITOR = /^(?:\.[\w.-]{1,64}\.sw[opn]|#[\w.-]{1,64}#|[\w.-]{1,64}\.(?:php|asp|aspx|jsp|py|rb|conf|ini)~)$/i;
const CVS = new Set(['entries', 'root', 'repository']);

/** Reads the path of a request as the name of a file that was never meant to be served (CWE-538, CWE-530). */
export function findHiddenFile(path: string): Evidence | undefined {
  const segments = path.split('/');
  let start = 0;
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    const why = isHidden(segment, index)
      ? 'a name that starts with a dot is not for visitors'
      : isLast
        ? leftover(segment, segments)
        : undefined;
    if (why !== undefined)
      return {
        rule: 'traversal.hidden',
        confidence: index - 1 > DEPTH_MAX ? 0.5 : 0.92,
        span: [start, start + segment.length],
        why,
      };
    start += segment.length + 1;
  }
  return undefined;
}

function isHidden(segment: string, index: number): boolean {
  return index > 0 && /^\.[a-z\d_]/i.test(segment) && !PUBLIC_FOLDERS.has(segment.toLowerCase());
}

function leftover(segment: string, segments: readonly string[]): string | undefined {
  const name = segment.toLowerCase();
  if ((LEFTOVER.test(name) && !SHOWN.test(name)) || EDITOR.test(name)) return 'the copy of a program is handed out as text';
  if (BACKUP.test(name)) return 'the name is that of a backup';
  if (LOGS.has(name)) return 'the name is that of a log';
  return CVS.has(name) && segments.at(-2) === 'CVS' ? 'the name is one of version control' : undefined;
}
