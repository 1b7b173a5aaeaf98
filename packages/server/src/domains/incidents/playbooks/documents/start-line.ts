/** What an `http-api` or `openc2-http` command asks for: `POST /path HTTP/1.1` (RFC 9112 §3), with variables in the path. */
export interface StartLine {
  readonly method: string;
  /** Begins with a slash. */
  readonly path: string;
  /** What is unusual about it; null = nothing. */
  readonly oddity: string | null;
}

const LINE = /^([A-Z]{1,16})[\t ]+(\S{1,4000})(?:[\t ]+(\S{1,20}))?$/u;
const WHOLE = /^https?:\/\/[^/?#]*([/?#].*)?$/iu;

/** Null = it is none. Producers leave out slashes and versions; what is meant is plain. */
export function readStartLine(text: string): StartLine | null {
  const [, method, target, version] = LINE.exec(text.trim()) ?? [];
  if (method === undefined || target === undefined) return null;
  const whole = WHOLE.exec(target);
  if (whole !== null) {
    const path = whole[1] ?? '/';
    const oddity = 'it names a whole address, of which only the path is taken: the address is that of the agent';
    return { method, path: path.startsWith('/') ? path : `/${path}`, oddity };
  }
  const path = target.startsWith('/') ? target : `/${target}`;
  const isUsual = target.startsWith('/') && (version === undefined || /^HTTP\/\d(?:\.\d)?$/u.test(version));
  return { method, path, oddity: isUsual ? null : 'written as METHOD /path HTTP/1.1, this would be plain' };
}
