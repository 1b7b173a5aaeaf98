import type { Evidence } from '../types.ts';

/** What an expression of a page template has to reach before it can run script (AngularJS, Vue and their like). */
const REACHES =
  /constructor|\$eval|\$on\b|\$event|\$parse|fromCharCode|__proto__|\bprototype\b|\balert\s{0,4}[(`]|\bdocument\s{0,4}[.[]|\bwindow\s{0,4}[.[]|\btoString\s{0,4}\(/;
const LENGTH_MAX = 512;
const EXPRESSIONS_MAX = 200;

/** `{{…}}` that leaves the data it was given (CWE-1336). Strings inside may hold closing braces, so the text behind is read too. */
export function judgeTemplate(text: string): Evidence | undefined {
  let open = text.indexOf('{{');
  for (let count = 0; open >= 0 && count < EXPRESSIONS_MAX; count++) {
    const body = text.slice(open, open + LENGTH_MAX);
    const last = body.lastIndexOf('}}');
    const whole = last < 0 ? body : body.slice(0, last);
    const close = text.indexOf('}}', open);
    const next = text.indexOf('{{', open + 2);
    // What lies between two expressions is the page's own text.
    const end = next >= 0 && close >= 0 && close < next ? close : open + whole.length;
    if (REACHES.test(text.slice(open, end)))
      return {
        rule: 'xss.template',
        confidence: 0.92,
        span: [open, end],
        why: 'a template expression reaches the page or its constructors',
      };
    open = text.indexOf('{{', Math.max(open + 2, end));
  }
  return undefined;
}
