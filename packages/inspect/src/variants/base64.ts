const LENGTH_MIN = 16;
const LENGTH_MAX = 65_536;
/** Share of printable characters from which the decoded octets are text. */
const PRINTABLE_SHARE_MIN = 0.95;
const SHAPE = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Decodes a value that is Base64 as a whole and hides readable text (RFC 4648 §4 and §5); undefined for anything else. */
export function decodeBase64(text: string): string | undefined {
  if (text.length < LENGTH_MIN || text.length > LENGTH_MAX || !SHAPE.test(text)) return undefined;
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
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
