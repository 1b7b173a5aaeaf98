import { isListName, type LearnedModel, type Route } from './model.ts';
import { mergeProfiles, newProfile, type Profile } from './profile.ts';
import { addNode, emptyRecord, newNode, nodeSchema, type DocumentNode, type PropertySchema } from './propose-document.ts';
import { proposeValue, tellingProfile, type ValueSchema } from './propose-parameter.ts';

/** What a parameter is, whether it must be there and whether it may come twice. */
export interface ParameterSchema {
  in: string;
  name: string;
  required: boolean;
  schema: ValueSchema | { type: 'array'; items: ValueSchema };
}
export interface Operation {
  parameters: ParameterSchema[];
  requestBody?: { content: Record<string, { schema: PropertySchema }> };
  'x-holdfast-observed': number;
  /** `refuse`: a parameter that is not listed is refused. `vocabulary`: it is judged by what the application has elsewhere. */
  'x-holdfast-unlisted': 'refuse' | 'vocabulary' | 'pass';
}
export type PathItem = Record<string, Operation | 'refuse' | 'pass'>;

/** A part of an OpenAPI 3.1 document (paths only), with what it leaves open said in `x-holdfast-` keywords. */
export interface SchemaFragment {
  openapi: '3.1.0';
  info: { title: string; version: string };
  paths: Record<string, PathItem>;
  /** What is done with a request to a route that is not listed. */
  'x-holdfast-unknown-routes': 'pass' | 'refuse';
  /** Parameters by name, whatever the route: for routes that were seen too seldom to have a schema of their own. */
  'x-holdfast-vocabulary': { unlisted: 'refuse' | 'pass'; parameters: Record<string, ValueSchema> };
}

export interface ProposeOptions {
  title: string;
  version?: string;
  /** Size of the fragment as JSON; the least visited routes are left out first. */
  charsMax?: number;
}

/** Requests of a route before anything is said of it, and before a parameter of all of them is required. */
const ROUTE_REQUESTS_MIN = 50;
const REQUIRED_REQUESTS_MIN = 100;
/** Requests of a path before methods that never came are refused. */
const METHOD_REQUESTS_MIN = 50;
/** Requests of the application before unknown names and unknown routes can be refused. */
const VOCABULARY_REQUESTS_MIN = 500;
const ROUTES_REQUESTS_MIN = 2_000;
/** Share of requests that would still bring something new (Good and Turing: what was met once, divided by all). */
const NAME_NOVELTY_MAX = 0.01;
const VOCABULARY_NOVELTY_MAX = 0.003;
const ROUTE_NOVELTY_MAX = 0.0005;
const FRAGMENT_CHARS_MAX = 524_288;
const VOCABULARY_MAX = 500;

/**
 * Proposes a schema that lets in everything that was learned, and as little else as the evidence supports.
 *
 * @example proposeSchema(model, { title: 'shop' }).paths['/orders/{number}']
 */
export function proposeSchema(
  model: LearnedModel,
  { title, version = '1', charsMax = FRAGMENT_CHARS_MAX }: ProposeOptions,
): SchemaFragment {
  const routes = [...model.routes.values()].toSorted((left, right) => right.requests - left.requests);
  const names = gatherNames(routes);
  const fragment: SchemaFragment = {
    openapi: '3.1.0',
    info: { title, version },
    paths: emptyRecord(),
    'x-holdfast-unknown-routes': knowsRoutes(model) ? 'refuse' : 'pass',
    'x-holdfast-vocabulary': proposeVocabulary(model, routes, names),
  };
  let chars = JSON.stringify(fragment).length;
  const totals = new Map<string, number>();
  for (const { template, requests } of routes) totals.set(template, (totals.get(template) ?? 0) + requests);
  for (const route of routes) {
    const operation = proposeOperation(route, names);
    const template = openApiPath(route.template);
    chars += JSON.stringify(operation).length + template.length + 64;
    if (chars > charsMax) {
      // Not all routes fit: those left out are honest too.
      fragment['x-holdfast-unknown-routes'] = 'pass';
      break;
    }
    const item = (fragment.paths[template] ??= pathItem(route.template, totals.get(route.template) ?? 0));
    item[route.method.toLowerCase()] = operation;
  }
  return fragment;
}

/** So little of the path is its own that many different things can stand behind it: such a route is never closed. */
function isBroad(template: string): boolean {
  const segments = template.split('/');
  return segments[1] === '{name}' || segments.filter((segment) => segment === '{name}').length > 1;
}

function pathItem(template: string, requests: number): PathItem {
  const item = emptyRecord<Operation | 'refuse' | 'pass'>();
  item['x-holdfast-other-methods'] = requests >= METHOD_REQUESTS_MIN && !isBroad(template) ? 'refuse' : 'pass';
  return item;
}

/** Parameter names of OpenAPI paths must differ: `/a/{number}/b/{number}` becomes `/a/{number}/b/{number2}`. */
export function openApiPath(template: string): string {
  const counts = new Map<string, number>();
  return template.replaceAll(/\{([a-z]{1,16})\}/gu, (_whole, kind: string) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `{${kind}${count === 1 ? '' : count}}`;
  });
}

function knowsRoutes({ requests, unplaced, novelRoutes }: LearnedModel): boolean {
  return requests >= ROUTES_REQUESTS_MIN && unplaced === 0 && novelRoutes <= requests * ROUTE_NOVELTY_MAX;
}

/** What is known of each name, whatever the route. */
type Vocabulary = ReadonlyMap<string, Profile>;

function gatherNames(routes: readonly Route[]): Vocabulary {
  const names = new Map<string, Profile>();
  for (const route of routes) {
    for (const [key, profile] of route.parameters) {
      const name = key.slice(key.indexOf(' ') + 1);
      const known = names.get(name) ?? newProfile();
      names.set(name, known);
      mergeProfiles(known, profile);
    }
  }
  return names;
}

function proposeVocabulary(
  model: LearnedModel,
  routes: readonly Route[],
  names: Vocabulary,
): SchemaFragment['x-holdfast-vocabulary'] {
  const isFull = names.size > VOCABULARY_MAX || routes.some(({ isOpen }) => isOpen);
  const isSettled = model.requests >= VOCABULARY_REQUESTS_MIN && model.novelNames <= model.requests * VOCABULARY_NOVELTY_MAX;
  const parameters = emptyRecord<ValueSchema>();
  for (const [name, profile] of [...names].slice(0, VOCABULARY_MAX)) parameters[name] = proposeValue(profile, name);
  return { unlisted: isSettled && !isFull ? 'refuse' : 'pass', parameters };
}

function proposeOperation(route: Route, vocabulary: Vocabulary): Operation {
  const isThin = route.requests < ROUTE_REQUESTS_MIN;
  const operation: Operation = {
    parameters: [],
    'x-holdfast-observed': route.requests,
    'x-holdfast-unlisted': isThin ? 'vocabulary' : knowsNames(route) ? 'refuse' : 'pass',
  };
  // Too few requests: the names are on record, what they hold is judged by the vocabulary.
  if (isThin) return operation;
  const sorted = [...route.parameters].toSorted(([left], [right]) => (left < right ? -1 : 1));
  for (const [key, profile] of sorted) {
    const space = key.indexOf(' ');
    const location = key.slice(0, space);
    const name = key.slice(space + 1);
    const value = proposeValue(tellingProfile(profile, vocabulary.get(name)), name);
    if (location === 'query') operation.parameters.push(queryParameter(name, value, { profile, route }));
  }
  const body = proposeBody(route, sorted, vocabulary);
  if (body !== null) operation.requestBody = body;
  if (route.hasOtherBody) (operation.requestBody ??= { content: {} }).content['*/*'] = { schema: {} };
  return operation;
}

function knowsNames({ template, requests, novelNames, isOpen }: Route): boolean {
  return !isOpen && !isBroad(template) && novelNames <= requests * NAME_NOVELTY_MAX;
}

/** One parameter in one route. */
interface Occurrence {
  profile: Profile;
  route: Route;
}

const isRequired = (profile: Profile, route: Route): boolean =>
  route.requests >= REQUIRED_REQUESTS_MIN && !isBroad(route.template) && profile.requests === route.requests;

function queryParameter(name: string, value: ValueSchema, { profile, route }: Occurrence): ParameterSchema {
  const isList = profile.repeated > 0 || isListName(name);
  return { in: 'query', name, required: isRequired(profile, route), schema: isList ? { type: 'array', items: value } : value };
}

/** Body parameters are gathered by media type first: a document is nested, its parameters are flat. */
function proposeBody(
  route: Route,
  names: readonly (readonly [string, Profile])[],
  vocabulary: Vocabulary,
): NonNullable<Operation['requestBody']> | null {
  const trees = new Map<string, DocumentNode>();
  for (const [key, profile] of names) {
    const space = key.indexOf(' ');
    const location = key.slice(0, space);
    const media = MEDIA_TYPES.get(location);
    if (media === undefined) continue;
    const tree = trees.get(media) ?? newNode();
    trees.set(media, tree);
    const name = key.slice(space + 1);
    const path = location === 'json' ? (name === '' ? [] : name.split('.')) : [name];
    // An uploaded file has a name of its own that says nothing: anything may stand there.
    const value: ValueSchema =
      location === 'file-name'
        ? { type: 'string', maxLength: 1_024 }
        : proposeValue(tellingProfile(profile, vocabulary.get(name)), name);
    const isList = location !== 'json' && (profile.repeated > 0 || isListName(name));
    addNode(tree, path, { schema: isList ? { type: 'array', items: value } : value, isRequired: isRequired(profile, route) });
  }
  if (trees.size === 0) return null;
  const content: Record<string, { schema: PropertySchema }> = emptyRecord();
  for (const [media, tree] of trees) content[media] = { schema: nodeSchema(tree, knowsNames(route)) };
  return { content };
}

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['form', 'application/x-www-form-urlencoded'],
  ['json', 'application/json'],
  ['multipart', 'multipart/form-data'],
  ['file-name', 'multipart/form-data'],
]);
