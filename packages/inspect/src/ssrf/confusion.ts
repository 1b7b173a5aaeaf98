import type { Address } from './address.ts';
import { readHost } from './hosts.ts';

/** Characters a browser, a database or a font takes for a slash although they are none. */
const SLASH_ALIKES = /^[/\\]?[\u2044\u2215\u29f8\u29f9\uff0f\u3031-\u3035\u2571\u1735\u2cc6\u4e3f\uff70\u30fc]{1,4}/u;
/** A host has at most 253 characters; names of users are short too. */
const AUTHORITY_LENGTH_MAX = 1_024;
const PARTS_MAX = 4;
/** Registries whose names are common enough to tell a host from a file; all other two-letter endings but these count too. */
const COMMON_ENDINGS = new Set(
  'com net org edu gov mil int info biz io dev app xyz online site shop cloud tech store live news me tv test example invalid localhost'.split(
    ' ',
  ),
);
const FILE_ENDINGS = new Set('js py rb go ts md sh pl cs vb gz rs mm so db ps cc hs ml kt xz 7z mp3 mp4 ai im'.split(' '));

/** True for a dotted name whose ending is that of a host. */
export function isDomain(name: string): boolean {
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+){1,8}$/i.test(name)) return false;
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return COMMON_ENDINGS.has(ending) || (/^[a-z]{2}$/.test(ending) && !FILE_ENDINGS.has(ending));
}

/** Why two readers of an address would go to two places, and how sure that is. */
export interface Doubt {
  confidence: number;
  why: string;
}

/** Disagreements about an address whose host is public (CWE-918, CWE-601): checked in one reader, fetched by another. */
export function findConfusion(address: Address, text: string): Doubt | undefined {
  return doubtOfSlashes(address, text) ?? doubtOfAuthority(address) ?? doubtOfRest(address);
}

function doubtOfSlashes({ scheme, slashes, host, rest }: Address, text: string): Doubt | undefined {
  if (!isDomain(host) && !/^[\d.]{7,15}$/.test(host)) return nestedScheme(scheme, host, rest);
  // Every slash with a backslash before it is JSON that was pasted with its escapes.
  const isEscapedJson = slashes.includes('\\/') && !/(?:^|[^\\])\//.test(text);
  if (isEscapedJson) return undefined;
  if (slashes.includes('\\') && (scheme !== '' || slashes !== '\\\\'))
    return { confidence: 0.93, why: 'a backslash stands for a slash before the host' };
  if (scheme === '' && slashes === '\\\\' && rest.length < 2)
    return { confidence: 0.91, why: 'browsers read two backslashes as two slashes' };
  if (slashes.length > 2) return { confidence: 0.92, why: 'the host stands behind too many slashes' };
  return slashes === '' ? { confidence: 0.91, why: 'the host stands without its slashes' } : undefined;
}

/** `//https:///host`: the scheme is where one reader expects the host. */
function nestedScheme(scheme: string, host: string, rest: string): Doubt | undefined {
  const isNested = scheme === '' && /^https?$/i.test(host) && /^[/\\]{2}/.test(rest);
  return isNested ? { confidence: 0.92, why: 'a scheme stands where the host belongs' } : undefined;
}

function doubtOfAuthority({ scheme, userinfo, host, port, authority, rest }: Address): Doubt | undefined {
  if (authority.length > AUTHORITY_LENGTH_MAX) return { confidence: 0.91, why: 'the host stands behind more than anyone reads' };
  if (/[\0-\x20\x7f<>^|`"{}]/.test(authority)) return { confidence: 0.91, why: 'the host holds characters no host has' };
  const doubt = userinfo === null ? undefined : doubtOfUser(userinfo, { scheme, host });
  if (doubt !== undefined) return doubt;
  if (port !== '' && !/^\d{1,5}$/.test(port) && isDomain(host)) return { confidence: 0.91, why: 'the port is not a number' };
  if (/^\[[\da-f:.]*\]$/i.test(host) && readHost(host) === undefined)
    return { confidence: 0.91, why: 'the brackets hold no address' };
  return /^\\[^/?#]{0,64}@/.test(rest) ? { confidence: 0.94, why: 'a backslash ends the host for some readers only' } : undefined;
}

function doubtOfUser(userinfo: string, { scheme, host }: { scheme: string; host: string }): Doubt | undefined {
  // A password may hold the sign, decoded; a second host may not.
  const parts = userinfo.split('@', PARTS_MAX);
  const names = parts.map((part) => part.split(':', 1)[0] ?? '');
  if (names.some((name) => isDomain(name))) return { confidence: 0.93, why: 'the name of the user is written as a host' };
  if (parts.length > 1 && !userinfo.includes(':'))
    return { confidence: 0.93, why: 'two signs claim to end the name of the user' };
  if (scheme === '' && isDomain(host)) return { confidence: 0.91, why: 'a user is named where not even a scheme is' };
  const isStrange = host !== '' && (userinfo === '' || /[;\\'*,()[\]]/.test(userinfo));
  return isStrange ? { confidence: 0.91, why: 'no user has such a name' } : undefined;
}

function doubtOfRest({ scheme, host, rest }: Address): Doubt | undefined {
  if (!isDomain(host)) return undefined;
  if (scheme === '' && rest === '//') return { confidence: 0.91, why: 'the host stands between two pairs of slashes' };
  return /(?:^|[\\/])\.\.[\\/]?$/.test(rest) ? { confidence: 0.91, why: 'the path of the address climbs out of it' } : undefined;
}

/** A path that is nothing but an address, or whose slashes have a control character between them, which browsers drop. */
export function hidesAddress(text: string): boolean {
  const match = /^(?:[/\\]{1,4}(?:[\t\r\n]{1,4}[/\\]{1,4}|https?:[/\\]{0,4})|[/\\]?<>[/\\]{2,4})([^/\\?#:]{1,255})/i.exec(text);
  return match !== null && isDomain(match[1] ?? '');
}

/** A value that starts with what only looks like a slash, and then names a host. */
export function startsWithSlashAlike(text: string): boolean {
  const match = SLASH_ALIKES.exec(text);
  if (match === null) return false;
  const host = text.slice(match[0].length).split('/', 1)[0] ?? '';
  return isDomain(host);
}
