import { readAddress, type Address } from '../ssrf/address.ts';
import { purposeOf } from '../ssrf/field-names.ts';
import { readHost } from '../ssrf/hosts.ts';
import type { Evidence } from '../types.ts';

/** Files that a server runs when it includes them. */
const SCRIPT_ENDINGS = new Set(
  'php php3 php4 php5 php7 php8 phtml phar phps pht inc asp aspx ashx asa jsp jspx cfm cfc cgi pl py rb lua sh bash ps1 bat cmd vbs exe dll so hta war jar class'.split(
    ' ',
  ),
);
/** Endings under which code is kept so that its own server does not run it. */
const TEXT_ENDINGS = new Set('txt gif jpg jpeg png dat log text tmp bak ini tpl xsl'.split(' '));
/** Names under which web shells are passed around. */
const SHELL_NAMES =
  /^(?:c99|c100|r57|b374k|wso\d?|alfa|weevely|indoxploit|phpshell|web-?shell|cmd|shell|backdoor|evil|rfi|rce|pwn|exploit|safe\d?|id\d?|r0x|tool\d{0,2})(?:[_.-]\w{1,12})?\.\w{2,5}$/i;
/** Fields out of which programs build the path of a file they include. */
const INCLUDE_NAMES = new Set(
  'file include inc require template tpl layout module mod load lib theme skin lang language locale dir folder path root conf cfg config class view content cmd plugin component'.split(
    ' ',
  ),
);
const PATH_NAME =
  /(?:dir(?:ectory)?|root|(?:abs|absolute|root|base|inc|include|lib|class|main|full|app|relative|my|script|config)_?path|\[path)\]?$|^include|^globals\[/i;
/** What a page shows or links; such an address in a path is a picture's. */
const WEB_ENDINGS = new Set('png jpg jpeg gif svg webp avif ico css js mjs pdf html htm mp3 mp4 webm woff woff2'.split(' '));
const REMOTE_SCHEMES = new Set(['http', 'https', 'ftp', 'ftps', 'sftp', 'smb', 'ogg', 'scp', 'dav', 'davs', 'webdav', 'ssh2']);
const PLAIN_SCHEMES = new Set(['http', 'https']);

/** From here on it does not matter that the field may hold the address of a page (`page` is what old programs include, too). */
const CERTAIN = 0.93;
const DOUBT = 0.6;

/** An address of a program elsewhere, in a value that may end up in an include (CWE-98). */
export function findRemote(text: string, name: string): Evidence | undefined {
  const address = readAddress(text);
  if (address === undefined || !REMOTE_SCHEMES.has(address.scheme) || address.host === '') return undefined;
  const judged = judge(address, name);
  if (judged === undefined) return undefined;
  const isDoubtful = judged.confidence < CERTAIN && purposeOf(name) === 'browsed';
  const confidence = isDoubtful ? Math.min(judged.confidence, DOUBT) : judged.confidence;
  return { rule: 'inclusion.remote', confidence, span: [0, text.length], why: judged.why };
}

interface Judged {
  confidence: number;
  why: string;
}

function judge(address: Address, name: string): Judged | undefined {
  const { rest } = address;
  const file = fileOf(rest);
  const ending = file.slice(file.lastIndexOf('.') + 1).toLowerCase();
  const isScript = file.includes('.') && SCRIPT_ENDINGS.has(ending);
  const cut = judgeCut(rest, { hasFile: isScript || TEXT_ENDINGS.has(ending), name });
  if (SHELL_NAMES.test(file) && (isScript || TEXT_ENDINGS.has(ending)))
    return { confidence: 0.93, why: 'the address is that of a web shell' };
  if (PATH_NAME.test(name) && !WEB_ENDINGS.has(ending))
    return { confidence: 0.92, why: 'a path of the program is set to an address elsewhere' };
  if (cut !== undefined) return cut;
  return isScript ? judgeScript(address, name) : undefined;
}

/** What ends an address so that nothing a program adds counts (CWE-98): a null byte, or a question mark for an empty query. */
function judgeCut(rest: string, { hasFile, name }: { hasFile: boolean; name: string }): Judged | undefined {
  if (rest.includes('\0')) return { confidence: 0.93, why: 'a null byte cuts what a program would add to the address' };
  if (!/\?{1,8}$/.test(rest) || /[?&=]\w/.test(rest)) return undefined;
  if (hasFile) return { confidence: 0.92, why: 'a question mark cuts what a program would add to the address' };
  return purposeOf(name) === 'unknown' ? { confidence: 0.9, why: 'the query of the address is there, but empty' } : undefined;
}

function judgeScript(address: Address, name: string): Judged | undefined {
  if (isIp(address)) return { confidence: 0.92, why: 'the address is that of a script on a machine without a name' };
  if (!PLAIN_SCHEMES.has(address.scheme)) return { confidence: 0.91, why: 'the address is that of a script on a file server' };
  const isIncluded = INCLUDE_NAMES.has(name.toLowerCase());
  return isIncluded ? { confidence: 0.91, why: 'the field of a file holds a script elsewhere' } : undefined;
}

function fileOf(rest: string): string {
  const end = rest.search(/[?#\0]/);
  const path = end < 0 ? rest : rest.slice(0, end);
  return path.slice(path.lastIndexOf('/') + 1);
}

function isIp(address: Address): boolean {
  return /^[\d.]+$|:/.test(readHost(address.host)?.name ?? '');
}

const UNC = /^[\s"']{0,4}(?:\\\\|\/\/(?=[?.]\/))([^\\/\s]{1,255})[\\/](.{0,512})/;

/** A share of another machine, or a device of this one, named as Windows names them (CWE-40). */
export function findShare(text: string): Evidence | undefined {
  const match = UNC.exec(text);
  const host = match?.[1];
  const rest = match?.[2];
  if (match === null || host === undefined || rest === undefined) return undefined;
  const judged = judgeShare(host, rest);
  return judged === undefined ? undefined : { rule: 'inclusion.share', span: [0, match[0].length], ...judged };
}

function judgeShare(host: string, rest: string): Judged | undefined {
  if (host === '?' || host === '.')
    return /^(?:[a-z]:|unc|globalroot|pipe|physicaldrive|volume)/i.test(rest)
      ? { confidence: 0.93, why: 'the value names a device of the machine' }
      : undefined;
  if (/@(?:ssl|\d{1,5})/i.test(host)) return { confidence: 0.93, why: 'the share is reached over the web' };
  if (/^(?:[a-z]|admin|ipc)\$(?:[\\/]|$)/i.test(rest)) return { confidence: 0.93, why: 'the share is one for administration' };
  const ending = rest.slice(rest.lastIndexOf('.') + 1).toLowerCase();
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return { confidence: 0.92, why: 'the share lies on a machine without a name' };
  if (rest.includes('.') && SCRIPT_ENDINGS.has(ending)) return { confidence: 0.92, why: 'the share holds a program' };
  return { confidence: 0.4, why: 'the value names a share' };
}
