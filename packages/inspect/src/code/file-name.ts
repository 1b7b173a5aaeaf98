import type { Evidence, Location } from '../types.ts';

/** Headers in which clients of upload services name the file. */
const NAME_HEADERS = new Set(['x-filename', 'x_filename', 'x.filename', 'x-file-name', 'x_file_name']);
/** Extensions that common servers run; a dot, blank or stream suffix at the end is dropped by Windows (CWE-434). */
const SCRIPT_EXTENSION =
  /\.\s{0,4}(?:ph(?:p\d{0,4}|ps|tml?|ar|t|pt)|inc|php[3-8]|jspx?|jspf|jsw|jsv|aspx?|asa|asax|ashx|asmx|ascx|axd|cer|cdx|cfml?|cfc|cgi|pl|shtml|stm|htaccess|htpasswd)(?:[\s.]{0,64}|::\$DATA|[;%\0].{0,64}|\/)$/i;
const DOUBLE_EXTENSION = /\.(?:ph(?:p\d?|tml?|ar)|jspx?|aspx?)\.(?:jpe?g|png|gif|pdf|txt|bak|\w{1,4})$/i;
const CONFIG_NAME = /(?:^|[/\\])\s{0,4}(?:\.htaccess|\.htpasswd|\.user\.ini|web\.config|php\.ini)[\s.]{0,8}$/i;
/** Session files of PHP: whoever may place one chooses what the session holds. */
const SESSION_NAME = /(?:^|[/\\])sess_[a-z0-9,-]{20,256}$/i;
const NAME_LENGTH_MAX = 1_024;

/** Judges the name of an upload; other values may name what they like. */
export function judgeFileName(value: string, location: Location, name: string): Evidence | undefined {
  if (location !== 'file-name' && !(location === 'header' && NAME_HEADERS.has(name))) return undefined;
  if (value.length > NAME_LENGTH_MAX) return undefined;
  const why = describe(value.trim());
  return why === undefined ? undefined : { rule: 'code.script-file', confidence: 0.94, span: [0, value.length], why };
}

function describe(name: string): string | undefined {
  if (SCRIPT_EXTENSION.test(name)) return 'servers run files of this name';
  if (DOUBLE_EXTENSION.test(name)) return 'some servers run files by the first extension';
  if (CONFIG_NAME.test(name)) return 'the file changes how the server treats its folder';
  return SESSION_NAME.test(name) ? 'the name of a session file of PHP' : undefined;
}
