import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ERROR_PAGE_CHARS_MAX, errorPageStatusSchema, type Application, type ApplicationView } from '@holdfast/contract';
import { planned } from '../change.ts';
import { segment } from '../connection/client.ts';
import type { Context, Input, Verb } from '../command.ts';
import { UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';

const PATH = '/api/v1/applications';
const NAME = { name: '<id>', help: 'id of the application' } as const;
const HELP = 'holdfast app error-page --help';

export const errorPage: Verb = {
  name: 'error-page',
  summary: 'a page of your own where Holdfast answers instead of the application',
  about:
    'For one status or a class (4xx, 5xx). Write {{request_id}} where the number belongs; {{status}}, {{title}}, {{detail}}, {{time}} and {{contact}} are filled in too. Script is refused. Programs get the problem document as ever.',
  words: [
    NAME,
    { name: '<status>', help: 'a status such as 403, or 4xx, 5xx' },
    { name: '[file]', help: 'HTML, at most 64 Ki characters' },
  ],
  options: [{ flags: '--default', help: 'the built-in page again' }],
  examples: ['holdfast app error-page shop 5xx sorry.html', 'holdfast app error-page shop 403 --default'],
  run: setErrorPage,
};

export const pageCheck: Verb = {
  name: 'page-check',
  summary: 'whether pages are told the form of what they send',
  about:
    'on lets the script of docs/guides/validate-in-the-page.md check forms beforehand; the gateway refuses the same either way.',
  words: [NAME, { name: '<choice>', help: 'on or off' }],
  examples: ['holdfast app page-check shop off'],
  run: setPageCheck,
};

async function setErrorPage(context: Context, input: Input): Promise<Outcome> {
  const [id = '', status = ''] = input.words;
  if (!errorPageStatusSchema.safeParse(status).success) throw new UsageFault('The status is one such as 403, or 4xx, 5xx.', HELP);
  const html = await readPage(context, input);
  return rewrite(context, id, (before) => {
    const { [status]: _replaced, ...others } = before.errors.pages;
    const pages = html === null ? others : { ...others, [status]: html };
    const text = html === null ? `the built-in page for ${status}` : `a page of its own for ${status}`;
    return { after: { ...before, errors: { ...before.errors, pages } }, text };
  });
}

async function readPage({ io }: Context, input: Input): Promise<string | null> {
  const file = input.words[2] ?? null;
  if ((file === null) !== input.isSet('default')) throw new UsageFault('Either a file or --default.', HELP);
  if (file === null) return null;
  const text = await readFile(resolve(io.cwd, file), 'utf8').catch(() => {
    throw new UsageFault(`The file ${file} cannot be read.`, HELP);
  });
  if (text.length > ERROR_PAGE_CHARS_MAX)
    throw new UsageFault(`The page is longer than ${ERROR_PAGE_CHARS_MAX} characters.`, HELP);
  return text;
}

async function setPageCheck(context: Context, input: Input): Promise<Outcome> {
  const [id = '', choice = ''] = input.words;
  if (choice !== 'on' && choice !== 'off') throw new UsageFault('The choice is on or off.', 'holdfast app page-check --help');
  const text = choice === 'on' ? 'pages are told the form of what they send' : 'pages are told nothing';
  return rewrite(context, id, (before) => ({ after: { ...before, pageCheck: choice }, text }));
}

type Rewriting = (before: Application) => { readonly after: Application; readonly text: string };

async function rewrite(context: Context, id: string, change: Rewriting): Promise<Outcome> {
  const path = `${PATH}/${segment(id)}`;
  await using api = await context.api();
  const before = await api.call<ApplicationView>({ method: 'GET', path });
  const { after, text } = change(before.application);
  // Only if it is still what was just read: another operator's change in between must not be undone.
  const call = { method: 'PUT', path, body: after, headers: { 'if-match': `"${before.revision}"` } } as const;
  if (context.flags.dryRun) return planned(call);
  const view = await api.call<ApplicationView>(call);
  return { data: view, text: `${id}: ${text}\n` };
}
