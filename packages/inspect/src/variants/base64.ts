const LENGTH_MIN = 16;
const LENGTH_MAX = 65_536;
/** Share of printable characters from which the decoded octets are text. */
const PRINTABLE_SHARE_MIN = 0.95;
const SHAPE = /^[A-Za-z0-9+/_-]+={0,2}$/;
/** What a data address may say of its content before the Base64 itself begins (RFC 2397). */
const HEAD_LENGTH_MAX = 128;
const MARK = ';base64,';

/**
 * Decodes a value that is Base64 as a whole and hides readable text (RFC 4648 §4 and §5), alone or as a data address that names no
 * picture; undefined for anything else.
 */
export function decodeBase64(text: string): string | undefined {
  const body = text.charCodeAt(0) === 100 || text.charCodeAt(0) === 68 ? addressed(text) : text;
  if (body.length < LENGTH_MIN || body.length > LENGTH_MAX || !SHAPE.test(body)) return undefined;
  const standard = body.replaceAll('-', '+').replaceAll('_', '/');
  let decoded: string;
  try {
    decoded = atob(standard);
  } catch {
    return undefined;
  }
  let printable = 0;
  for (let i = 0; i < decoded.length; i++) {
    const code = decoded.charCodeAt(i);
    if ((code >= 32 && code < 127) || code === 10 || code === 13 || code === 9) printable++;
  }
  return printable / decoded.length >= PRINTABLE_SHARE_MIN ? decoded : undefined;
}

function addressed(text: string): string {
  const head = text.slice(0, HEAD_LENGTH_MAX).toLowerCase();
  const mark = head.indexOf(MARK);
  return head.startsWith('data:') && !head.startsWith('data:image/') && mark >= 0 ? text.slice(mark + MARK.length) : text;
}
