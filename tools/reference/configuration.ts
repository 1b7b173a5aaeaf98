import { configJsonSchema } from '../../packages/server/src/platform/config/json-schema.ts';
import { cell, code, fenced, page, sentence, table } from './markdown.ts';
import { SETTING_MEANINGS } from './meanings.ts';
import { readSchemaComments, type SchemaComments } from './schema-comments.ts';
import { inWords, leavesOf, type NamedShape, type Shape } from './shape.ts';

const SOURCE = 'packages/server/src/platform/config/schema.ts';
const FILES = [
  SOURCE,
  'packages/server/src/platform/keyring/settings.ts',
  'packages/server/src/platform/mail/settings.ts',
  'packages/server/src/platform/oidc/settings.ts',
  'packages/server/src/platform/config/playbooks.ts',
  'packages/contract/src/application.ts',
  'packages/contract/src/error-pages.ts',
  'packages/contract/src/sign-in.ts',
  'packages/contract/src/upload.ts',
  'packages/contract/src/snapshot.ts',
];

/** One setting with the words that explain it; empty words are found by a test. */
export interface Explained extends NamedShape {
  readonly name: string;
  readonly meaning: string;
}

export function explainSettings(root: string): readonly Explained[] {
  const comments = readSchemaComments(root, FILES);
  const leaves = leavesOf(configJsonSchema());
  return leaves.map((leaf) => {
    const name = leaf.path.join('.').replaceAll('.[]', '[]');
    return { ...leaf, name, meaning: meaningOf({ name, path: leaf.path, leaves, comments }) };
  });
}

interface Asked {
  readonly name: string;
  readonly path: readonly string[];
  readonly leaves: readonly NamedShape[];
  readonly comments: SchemaComments;
}

/** The comment at the setting, the words beside the code, or the comment of the only child's parent: `keyring` for `keyring.file`. */
function meaningOf({ name, path, leaves, comments }: Asked): string {
  const parent = path.slice(0, -1);
  const isOnlyChild = leaves.filter((leaf) => parent.every((key, index) => leaf.path[index] === key)).length === 1;
  const words = SETTING_MEANINGS.get(name) ?? '';
  const above = isOnlyChild ? comments.find('configSchema', parent) : '';
  const found = comments.find('configSchema', path) || words || above;
  return found === '' ? '' : sentence(found);
}

/** Settings of one application, of one provider of sign-in, or of one agent are read by the same rules but have no variable: they stand inside a list. */
const isOfApplication = ({ path }: NamedShape): boolean => path[0] === 'applications';
const isOfProvider = ({ path }: NamedShape): boolean => path[0] === 'identity' && path[1] === 'providers';
const isOfAgent = ({ path }: NamedShape): boolean => path[0] === 'playbooks' && path[1] === 'agents';
const LISTED = [isOfApplication, isOfProvider, isOfAgent];

export function configurationPage(root: string): string {
  const leaves = explainSettings(root);
  const rest = ({ shape, meaning }: Explained): readonly string[] => [inWords(shape), defaultOf(shape), cell(meaning)];
  const own = leaves.filter((leaf) => !LISTED.some((isOne) => isOne(leaf)));
  const listed = (isOne: (leaf: NamedShape) => boolean, list: string): string =>
    table(
      ['setting', 'value', 'default', 'meaning'],
      leaves.filter(isOne).map((leaf) => [code(leaf.name.replace(`${list}[].`, '')), ...rest(leaf)]),
    );
  return page('Configuration', SOURCE, [
    'One strict schema. A flag comes before the environment, that before `holdfast.yaml`, that before the default. Unknown keys are refused, and all faults are reported at once.',
    fenced('sh', ['holdfast config check', 'holdfast config show --origin', 'holdfast config schema > holdfast.schema.json']),
    'In a variable `__` nests, and case and single `_` do not matter. A name that ends in `_FILE` reads the value from that file. A list is separated by commas. Secrets are references (`env:NAME`, `file:/path`), never values.',
    '## Settings',
    table(
      ['setting', 'variable', 'value', 'default', 'meaning'],
      own.map((leaf) => [code(leaf.name), code(variableOf(leaf.path)), ...rest(leaf)]),
    ),
    '## Settings of one application',
    'Entries of the list `applications`. With `to` alone, one application with these defaults is protected.',
    listed(isOfApplication, 'applications'),
    '## Settings of one provider of sign-in',
    'Entries of the list `identity.providers`; `HOLDFAST_IDENTITY__PROVIDERS` takes the whole list as JSON.',
    listed(isOfProvider, 'identity.providers'),
    '## Settings of one agent that playbooks may ask',
    'Entries of the list `playbooks.agents`; `HOLDFAST_PLAYBOOKS__AGENTS` takes the whole list as JSON.',
    listed(isOfAgent, 'playbooks.agents'),
  ]);
}

function variableOf(path: readonly string[]): string {
  const constant = (key: string): string => key.replaceAll(/([a-z0-9])([A-Z])/gu, '$1_$2').toUpperCase();
  return `HOLDFAST_${path.map((key) => constant(key)).join('__')}`;
}

function defaultOf({ default: value }: Shape): string {
  if (value === undefined) return '';
  if (value === null) return 'none';
  if (Array.isArray(value) && value.length === 0) return 'empty';
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}
