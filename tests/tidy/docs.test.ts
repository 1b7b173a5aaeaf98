import { EVENTS, PERMISSIONS, PROBLEMS } from '@holdfast/contract';
import { RULES } from '@holdfast/inspect';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFileSource } from '../../packages/server/src/platform/config/file-source.ts';
import { configLeaves } from '../../packages/server/src/platform/config/leaves.ts';
import { configSchema } from '../../packages/server/src/platform/config/schema.ts';
import { referencePages } from '../../tools/reference.ts';
import { allCommands } from '../../tools/reference/commands.ts';
import { explainSettings } from '../../tools/reference/configuration.ts';
import { SETTING_MEANINGS } from '../../tools/reference/meanings.ts';
import { apiRoutes } from '../../tools/reference/openapi.ts';
import { commandJudge, type CommandJudge } from './doc-commands.ts';
import { anchorsOf, blocksOf, inlineCode, localLinks, pages, prose, shellLines, type Page } from './doc-text.ts';
import { projectFiles, read, ROOT } from './source-files.ts';

const documents = pages();
const textOf = (file: string): string => documents.find((page) => page.file === file)?.text ?? '';
const faultsOn = (judge: (page: Page) => readonly string[]): readonly string[] =>
  documents.flatMap((page) => judge(page).map((fault) => `${page.file}: ${fault}`));

describe('reference pages', () => {
  it('are what the code gives: run `npm run docs:reference` after a change', async () => {
    const given = await referencePages();
    const written = documents.filter(({ file }) => file.startsWith('docs/reference/')).map(({ file }) => file);
    expect(written).toEqual([...given.keys()].toSorted());
    for (const [file, text] of given) expect(textOf(file), file).toBe(text);
  });

  it('come out the same twice', async () => {
    expect([...(await referencePages())]).toEqual([...(await referencePages())]);
  });

  it('name every problem, event, permission, rule and command', async () => {
    const missing = [
      ...Object.keys(PROBLEMS).filter((code) => !textOf('docs/reference/problems.md').includes(`| \`${code}\` |`)),
      ...[...EVENTS.keys()].filter((type) => !textOf('docs/reference/events.md').includes(`\n## ${type}\n`)),
      ...PERMISSIONS.filter((name) => !textOf('docs/reference/permissions.md').includes(`| \`${name}\` |`)),
      ...RULES.filter(({ id }) => !textOf('docs/reference/rules.md').includes(`| \`${id}\` |`)).map(({ id }) => id),
      ...(await allCommands())
        .filter(({ name }) => !textOf('docs/reference/cli.md').includes(`\n## holdfast ${name}\n`))
        .map(({ name }) => name),
    ];
    expect(missing).toEqual([]);
  });

  it('explain every setting once: in the code, or beside it when the name says enough there', () => {
    const settings = explainSettings(ROOT);
    expect(settings.length).toBeGreaterThan(60);
    expect(settings.filter(({ meaning }) => meaning === '').map(({ name }) => name)).toEqual([]);
    const names = new Set(settings.map(({ name }) => name));
    expect([...SETTING_MEANINGS.keys()].filter((name) => !names.has(name))).toEqual([]);
    const unused = [...SETTING_MEANINGS].filter(
      ([name, words]) => !settings.some((setting) => setting.name === name && setting.meaning.startsWith(words.slice(1, 20), 1)),
    );
    expect(unused.map(([name]) => name)).toEqual([]);
  });
});

describe('guides', () => {
  it('every problem has its place in troubleshooting', () => {
    const guide = textOf('docs/guides/troubleshooting.md');
    expect(Object.keys(PROBLEMS).filter((code) => !guide.includes(`\`${code}\``))).toEqual([]);
  });

  it('every guide and decision can be found from the README or the architecture', () => {
    const start = textOf('README.md') + textOf('docs/ARCHITECTURE.md');
    const hidden = documents
      .map(({ file }) => file)
      .filter((file) => /^docs\/(?:guides|decisions)\//u.test(file))
      .filter((file) => !start.includes(file.replace('docs/', '')));
    expect(hidden).toEqual([]);
  });

  it('decisions are numbered without a gap and have the same three parts', () => {
    const decisions = documents.filter(({ file }) => file.startsWith('docs/decisions/'));
    const numbers = decisions.map(({ file }) => Number(/\/(\d{4})-/u.exec(file)?.[1]));
    expect(numbers).toEqual(decisions.map((_, index) => index + 1));
    const odd = decisions.filter(
      ({ file, text }) =>
        !text.startsWith(`# ${/\/(\d{4})-/u.exec(file)?.[1] ?? ''}: `) ||
        !['**Problem.**', '**Decision.**', '**Consequences.**'].every((part) => text.includes(part)),
    );
    expect(odd.map(({ file }) => file)).toEqual([]);
  });

  it('configuration that a page shows is valid', () => {
    const shown = documents.flatMap(({ file, text }) =>
      blocksOf(text)
        .filter(({ language }) => language === 'yaml')
        .map((block) => [file, configSchema.safeParse(readFileSource(block.text).tree)] as const),
    );
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.flatMap(([file, result]) => (result.success ? [] : [`${file}: ${result.error.message}`]))).toEqual([]);
  });
});

function deadLinks({ file, text }: Page): readonly string[] {
  return localLinks(text).flatMap(({ target, anchor }) => {
    const path = target === '' ? file : normalize(join(dirname(file), target));
    if (!existsSync(join(ROOT, path))) return [`no file ${target}`];
    return anchor === '' || !path.endsWith('.md') || anchorsOf(read(path)).has(anchor) ? [] : [`no heading ${target}#${anchor}`];
  });
}

/** Paths of this project as text names them: with a slash, below one of its folders. A `*`, `…` or `<…>` stands for many. */
const PROJECT_PATH = /^(?:packages|docs|tests|tools|bench|examples)\/[\w./-]+$/u;

function deadPaths({ text }: Page): readonly string[] {
  return inlineCode(text)
    .filter((code) => PROJECT_PATH.test(code))
    .filter((code) => !existsSync(join(ROOT, code)))
    .map((code) => `no path ${code}`);
}

/** Variables that are no settings; each is read somewhere in the code. */
const OTHER_VARIABLES = [
  'HOLDFAST_CONFIG',
  'HOLDFAST_DEBUG',
  'HOLDFAST_DATABASE_URL',
  'HOLDFAST_IDENTITY_FILE',
  'HOLDFAST_SERVER',
  'HOLDFAST_SERVER_CA',
  'HOLDFAST_TOKEN',
  'HOLDFAST_TOKEN_FILE',
  'HOLDFAST_TEST_POSTGRES',
];

function unknownVariables({ text }: Page): readonly string[] {
  const fold = (name: string): string => name.replaceAll('_', '').toLowerCase();
  const known = new Set(configLeaves().map(({ path }) => fold(`HOLDFAST${path.join('')}`)));
  return [...text.matchAll(/\bHOLDFAST_[A-Z0-9_]+\b/gu)]
    .map(([name]) => name)
    .filter((name) => !OTHER_VARIABLES.includes(name) && !known.has(fold(name)) && !known.has(fold(name.replace(/_FILE$/u, ''))))
    .map((name) => `no variable ${name}`);
}

function unknownScripts({ text }: Page): readonly string[] {
  // The manifest of the workspace has this shape.
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  return [...text.matchAll(/\bnpm run (?<name>[a-z][\w:-]*)/gu)]
    .map(({ groups }) => groups?.['name'] ?? '')
    .filter((name) => !Object.hasOwn(scripts, name))
    .map((name) => `no script ${name}`);
}

/** Marks of unfinished work, of how the text came to be, and words that say nothing. */
const NOISE =
  /\b(?:TODO|FIXME|XXX|TBD|WIP|lorem ipsum|delves?|seamless(?:ly)?|leverag(?:e|es|ing)|utili[sz]es?|robust|comprehensive|cutting-edge|state-of-the-art|game-chang\w+|world-class|blazing\w*|in conclusion|it is worth noting|as an AI|language model|chatbot|copilot|this session|previous session|sub-?agent|the brief|coordinator)\b|—|\/work\//iu;

function noise({ text }: Page): readonly string[] {
  const found = NOISE.exec(prose(text));
  return found === null ? [] : [`noise: ${found[0]}`];
}

describe('what pages say', () => {
  let judgeCommand: CommandJudge = () => 'not loaded';
  let paths: ReadonlySet<string> = new Set();
  beforeAll(async () => {
    judgeCommand = await commandJudge();
    paths = new Set((await apiRoutes()).map(({ path }) => path));
  });
  const wrongCommands = ({ text }: Page): readonly string[] =>
    shellLines(text).flatMap((line) => {
      const fault = judgeCommand(line);
      return fault === null ? [] : [`${line.trim()}: ${fault}`];
    });
  const unknownRoutes = ({ text }: Page): readonly string[] =>
    [...text.matchAll(/\/api\/v1\/(?<rest>[\w{}/.-]*[\w}])/gu)]
      .map(([path]) => path)
      .filter((path) => !paths.has(path))
      .map((path) => `no route ${path}`);

  it('reads real pages', () => {
    expect(documents.length).toBeGreaterThan(30);
    expect(documents.flatMap(({ text }) => shellLines(text)).filter((line) => line.includes('holdfast ')).length).toBeGreaterThan(
      50,
    );
  });

  it('every command and flag exists', () => {
    expect(faultsOn(wrongCommands)).toEqual([]);
  });

  it('every route of the API exists', () => {
    expect(faultsOn(unknownRoutes)).toEqual([]);
  });

  it('every link, heading and path leads somewhere', () => {
    expect(faultsOn(deadLinks)).toEqual([]);
    expect(faultsOn(deadPaths)).toEqual([]);
  });

  it('every environment variable and script exists', () => {
    expect(faultsOn(unknownVariables)).toEqual([]);
    expect(faultsOn(unknownScripts)).toEqual([]);
    const code = projectFiles()
      .filter((file) => /^(?:packages|tests)\/.*\.(?:ts|js)$/u.test(file) && file !== 'tests/tidy/docs.test.ts')
      .map((file) => read(file))
      .join('\n');
    const named = OTHER_VARIABLES.filter((name) => documents.some(({ text }) => text.includes(name)));
    expect(named.filter((name) => !code.includes(name))).toEqual([]);
  });

  it('the words are plain', () => {
    expect(faultsOn(noise)).toEqual([]);
  });

  it('finds a planted fault of every kind and leaves its innocent twin alone', () => {
    const page = (text: string): Page => ({ file: 'docs/guides/planted.md', text });
    const planted: readonly (readonly [(page: Page) => readonly string[], string, string])[] = [
      [wrongCommands, '`holdfast bann list`', '`holdfast ban list`'],
      [wrongCommands, '`holdfast ban lits`', '`holdfast ban allow list --json`'],
      [
        wrongCommands,
        '```sh\nholdfast status | jq . && npx holdfast audit tail --sinse 1h\n```',
        '```sh\nholdfast audit tail --since 1h # now\n```',
      ],
      [wrongCommands, "`holdfast bypass on --for 15m --raeson 'x --y'`", "`holdfast bypass on --for 15m --reason 'x --y'`"],
      [wrongCommands, '`holdfast run --alll -- node --watch x.ts`', '`holdfast run --all -- node --watch x.ts`'],
      [unknownRoutes, 'GET /api/v1/banz', 'GET /api/v1/bans'],
      [deadLinks, '[a](no-such-page.md)', '[a](../../README.md)'],
      [deadLinks, '[a](../glossary.md#no-such-heading)', '[a](../glossary.md#glossary-one-word-per-idea)'],
      [deadPaths, '`packages/server/src/no-such.ts`', '`packages/server/src/gateway/pipeline.ts`'],
      [unknownVariables, 'HOLDFAST_MODUS', 'HOLDFAST_TLS__ACME__EMAIL and HOLDFAST_MODE_FILE'],
      [unknownScripts, 'npm run chekc', 'npm run check'],
      [noise, 'We TODO this', 'We do this'],
      [noise, 'a seamless experience', 'an `TODO` in code'],
    ];
    for (const [judge, wrong, right] of planted) {
      expect(judge(page(wrong)), wrong).toHaveLength(1);
      expect(judge(page(right)), right).toEqual([]);
    }
  });
});
