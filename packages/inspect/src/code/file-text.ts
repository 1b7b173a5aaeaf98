import type { Evidence } from '../types.ts';
import { isQuotedCode } from './prose.ts';
import { TAG_PATTERNS } from './scripts.ts';

const CONFIDENCE = 0.94;
/** A byte order mark, blanks and a comment of HTML may stand before the tag that makes a page of a text. */
const OPENING = /^(?:\u00ef\u00bb\u00bf|\ufeff)?\s{0,64}(?:<!--[^>]{0,256}-->\s{0,64})?/;
/** Pictures and documents whose signature is text, so that a script may follow it (CWE-434). */
const SIGNATURE = /^(?:GIF8[79]a|BM|%PDF-|RIFF|II\*|MM\*|PK|\ufffdPNG|\u0089PNG|\u00ff\u00d8)/;
/** What a visitor sends is run. */
const SHELL =
  /\b(?:eval|assert|system|exec|passthru|shell_exec|popen|proc_open|create_function|include|require)\s{0,4}\(?\s{0,4}@?(?:base64_decode\s{0,4}\(\s{0,4})?\$_(?:GET|POST|REQUEST|COOKIE|SERVER)\b|\$_(?:GET|POST|REQUEST|COOKIE)\s{0,4}\[[^\]]{1,32}\]\s{0,4}\(|\b(?:eval|execute)\s{0,4}\(?\s{0,4}request\b|\.exec\s{0,4}\(\s{0,4}request\s{0,4}\.\s{0,4}getParameter\b/i;

/**
 * Judges the beginning of an uploaded file: a page of PHP, ASP, JSP or ColdFusion runs where it lies (CWE-434). Scripts of shells and
 * sources of other languages do not, and texts that show such code somewhere do not either.
 */
export function judgeFileText(value: string): Evidence | undefined {
  const opening = OPENING.exec(value)?.[0].length ?? 0;
  const isPicture = SIGNATURE.test(value);
  for (const { hint, shape } of TAG_PATTERNS) {
    if (!hint.startsWith('<') || !value.includes(hint)) continue;
    const match = shape.exec(value);
    if (match === null) continue;
    const span = [match.index, match.index + match[0].length] as const;
    const why = describe(value, { isFirst: match.index === opening, isPicture, span });
    if (why !== undefined) return { rule: 'code.script-file', confidence: CONFIDENCE, span, why };
  }
  return undefined;
}

interface Tag {
  isFirst: boolean;
  isPicture: boolean;
  span: readonly [number, number];
}

function describe(value: string, { isFirst, isPicture, span }: Tag): string | undefined {
  if (isFirst) return 'the file begins as a page that servers run';
  if (isPicture) return 'a picture or document holds a page that servers run';
  return SHELL.test(value) && !isQuotedCode(value, span) ? 'the file runs what visitors send' : undefined;
}
