import { PROBLEMS, type Application, type ErrorPagePlace, type ProblemCode } from '@holdfast/contract';
import { inlineHashesOf } from '../csp/inline-hash.ts';

/** What is told on a page: all of it stands in the problem catalogue or is known to the visitor. */
export interface PageFacts {
  readonly code: ProblemCode;
  readonly status: number;
  readonly id: string;
  readonly timeMs: number;
  readonly contact: string | null;
}

export interface OwnErrorPage {
  readonly html: string;
  readonly policy: string;
}

interface Compiled {
  readonly html: string;
  readonly policy: string;
}

const PLACE = /\{\{\s*(?<name>[a-z_]{1,40})\s*\}\}/gu;
const compiled = new WeakMap<Application, ReadonlyMap<string, Compiled>>();

/** The operator's own page for a status, filled in; null = there is none and the built-in page is shown. */
export function ownErrorPage(application: Application | null, facts: PageFacts): OwnErrorPage | null {
  const pages = application === null ? null : pagesOf(application);
  const page = pages?.get(String(facts.status)) ?? pages?.get(`${Math.trunc(facts.status / 100)}xx`);
  if (page === undefined) return null;
  const { title, detail } = PROBLEMS[facts.code];
  const words: ReadonlyMap<string, string> = new Map<ErrorPagePlace, string>([
    ['request_id', facts.id],
    ['status', String(facts.status)],
    ['title', title],
    ['detail', detail],
    ['time', `${new Date(facts.timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`],
    ['contact', facts.contact ?? ''],
  ]);
  return { html: page.html.replaceAll(PLACE, (_all, name: string) => escapeHtml(words.get(name) ?? '')), policy: page.policy };
}

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

function pagesOf(application: Application): ReadonlyMap<string, Compiled> {
  let held = compiled.get(application);
  if (held === undefined) {
    held = new Map(Object.entries(application.errors.pages).map(([status, html]) => [status, { html, policy: policyFor(html) }]));
    compiled.set(application, held);
  }
  return held;
}

/** Styles of the page and files of the application; nothing that runs, is framed, or sends a form. */
function policyFor(html: string): string {
  const hashes = inlineHashesOf(html).map((hash) => ` '${hash}'`);
  return [
    "default-src 'none'",
    `style-src 'self'${hashes.join('')}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
