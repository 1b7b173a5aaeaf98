import { ERROR_PAGE_PLACES, type ErrorSettings } from '@holdfast/contract';
import { RewritingStream } from 'parse5-html-rewriting-stream';
import type { Fault } from './domain.ts';

const FAULTS_MAX = 20;
const PLACES: ReadonlySet<string> = new Set(ERROR_PAGE_PLACES);
const PLACE = /\{\{\s*(?<name>[\w-]{0,40})\s*\}\}/gu;
/** Run, load, send or lead somewhere by themselves. The policy of the page stops most of them too; a page must not count on that. */
const REFUSED_ELEMENTS: ReadonlySet<string> = new Set(
  'script iframe frame frameset object embed applet base form portal template noscript svg math'.split(' '),
);
const ADDRESSES: ReadonlySet<string> = new Set(['href', 'src', 'action', 'formaction', 'poster', 'background', 'srcset']);
/** Own files, written-out pictures, other pages and mail. */
const ADDRESS = /^(?:https?:\/\/|mailto:|tel:|data:image\/(?:png|jpeg|gif|webp);|#|\/(?!\/)|[\w.-][\w./?=&%#+-]*$)/iu;

/** What keeps a page of the operator's own from being shown, each with its place in the settings. */
export function faultsOfErrorPages({ pages }: ErrorSettings): Fault[] {
  return Object.entries(pages)
    .flatMap(([status, html]) => faultsOf(html).map((detail) => ({ pointer: `/errors/pages/${status}`, detail })))
    .slice(0, FAULTS_MAX);
}

/** Visitors of a broken site must not be harmed by the page that says so, and must have the number that explains it. */
function faultsOf(html: string): string[] {
  const faults = new Set<string>();
  const names = [...html.matchAll(PLACE)].map(({ groups }) => groups?.['name'] ?? '');
  if (!names.includes('request_id')) faults.add('must show {{request_id}}: without it nobody can say what happened');
  for (const name of names)
    if (!PLACES.has(name)) faults.add(`{{${name}}} is not known; known are ${ERROR_PAGE_PLACES.join(', ')}`);
  readElements(html, faults);
  return [...faults];
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

function readElements(html: string, faults: Set<string>): void {
  const reader = new RewritingStream();
  let isStyle = false;
  reader.on('startTag', ({ tagName, attrs }) => {
    isStyle = tagName === 'style';
    if (REFUSED_ELEMENTS.has(tagName)) faults.add(`<${tagName}> may not be part of an error page`);
    for (const attribute of attrs) {
      const fault = attributeFault(tagName, attribute);
      if (fault !== null) faults.add(fault);
    }
  });
  reader.on('text', ({ text }) => {
    // The hash of a style is that of what is written here, before anything is filled in.
    if (isStyle && text.includes('{{')) faults.add('nothing can be filled in within <style>');
  });
  reader.on('endTag', () => {
    isStyle = false;
  });
  reader.resume();
  reader.write(html);
  reader.end();
}

function attributeFault(tag: string, { name, value }: Attribute): string | null {
  if (name.startsWith('on')) return `${name} is a script`;
  if (name === 'style') return 'style attributes are not applied under the policy of the page; use one <style>';
  if (tag === 'meta' && name === 'http-equiv' && !/^(?:content-type|x-ua-compatible)$/iu.test(value.trim()))
    return `<meta http-equiv="${value.slice(0, 40)}"> is not applied`;
  if (tag === 'link' && name === 'rel' && !/^(?:icon|stylesheet)$/iu.test(value.trim()))
    return 'a <link> is an icon or a stylesheet of the application itself';
  return ADDRESSES.has(name) && !ADDRESS.test(value.trim()) ? `the address in ${name} is not one that a page may hold` : null;
}
