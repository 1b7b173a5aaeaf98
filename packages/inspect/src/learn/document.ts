import { LEARN_LIMITS } from './limits.ts';
import { createModel, newRoute, type LearnedModel, type Route } from './model.ts';
import { afterTelling, newProfile, sharedWords, type Profile } from './profile.ts';

/** A model as plain JSON: what crosses between processes and lies in the database. Numbers in a fixed order keep it small. */
export interface ModelDocument {
  version: 1;
  requests: number;
  unplaced: number;
  folded: string[];
  kept: string[];
  novelRoutes: number;
  novelNames: number;
  routes: RouteDocument[];
}
type RouteDocument = [
  method: string,
  template: string,
  requests: number,
  flags: number,
  parameters: ProfileDocument[],
  novelNames: number,
];
type Counts = [string, number][] | null;
type ProfileDocument = [name: string, counts: number[], range: number[] | null, outlines: Counts, words: Counts];

const FLAG_OPEN = 1;
const FLAG_OTHER_BODY = 2;

/**
 * Writes a model down: all of it but the values that few requests shared.
 *
 * @example JSON.stringify(toDocument(model))
 */
export function toDocument(model: LearnedModel): ModelDocument {
  return write(model, EVERYTHING);
}

/** Which routes and which of their parameters are written. */
interface Choice {
  readonly route: (route: Route) => boolean;
  readonly parameter: (profile: Profile) => boolean;
}
const EVERYTHING: Choice = { route: ({ requests }) => requests > 0, parameter: ({ requests }) => requests > 0 };
/** What was told before, or what enough requests shared. A path and a name can be a person's as much as a value can. */
const SHARED: Choice = {
  route: ({ requests, isTold }) => requests >= (isTold ? 1 : LEARN_LIMITS.valueCountMin),
  parameter: ({ requests, isTold }) => requests >= (isTold ? 1 : LEARN_LIMITS.valueCountMin),
};

function write(model: LearnedModel, choice: Choice): ModelDocument {
  const { requests, unplaced, novelRoutes, novelNames, folded, kept } = model;
  const routes = [...model.routes.values()].filter((route) => choice.route(route));
  return {
    version: 1,
    requests,
    unplaced,
    folded: [...folded],
    kept: [...kept],
    novelRoutes,
    novelNames,
    routes: routes.map((route) => routeDocument(route, choice)),
  };
}

function routeDocument(route: Route, choice: Choice): RouteDocument {
  const { method, template, requests, isOpen, hasOtherBody, novelNames } = route;
  const flags = (isOpen ? FLAG_OPEN : 0) | (hasOtherBody ? FLAG_OTHER_BODY : 0);
  const profiles = [...route.parameters].filter(([, profile]) => choice.parameter(profile)).map(profileDocument);
  return [method, template, requests, flags, profiles, novelNames];
}

function profileDocument([name, profile]: readonly [string, Profile]): ProfileDocument {
  const { requests, repeated, values, empties, kinds, groups, punctuation, lengthMin, lengthMax } = profile;
  return [
    name,
    [
      requests,
      repeated,
      values,
      empties,
      kinds,
      groups.once,
      groups.often,
      punctuation.once,
      punctuation.often,
      lengthMin,
      lengthMax,
    ],
    profile.range === null ? null : [...profile.range],
    profile.outlines === null ? null : [...profile.outlines],
    sharedWords(profile),
  ];
}

/**
 * What was learned since the last time, as a document; the model begins anew but keeps what it may not tell yet. Null when
 * nothing was learned.
 */
export function takeDelta(model: LearnedModel): ModelDocument | null {
  if (model.requests === 0) return null;
  const document = write(model, SHARED);
  model.requests = 0;
  model.unplaced = 0;
  model.novelRoutes = 0;
  model.novelNames = 0;
  for (const route of model.routes.values()) {
    if (!SHARED.route(route)) continue;
    route.requests = 0;
    route.novelNames = 0;
    route.isTold = true;
    for (const [name, profile] of route.parameters)
      if (SHARED.parameter(profile)) route.parameters.set(name, afterTelling(profile));
  }
  return document;
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
/** Something that was new in one part may be known by the next: such counts go down as well. */
const isChange = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown, max: number): value is string => typeof value === 'string' && value.length <= max;
const isPair = (value: unknown): value is unknown[] => Array.isArray(value);
const TEMPLATE_CHARS_MAX = (LEARN_LIMITS.segmentCharsMax + 1) * LEARN_LIMITS.segmentsMax;
const PROFILE_COUNTS = 11;

/**
 * Reads a model back; null for anything that `toDocument` does not write.
 *
 * @example fromDocument(JSON.parse(text))
 */
export function fromDocument(document: unknown): LearnedModel | null {
  if (typeof document !== 'object' || document === null) return null;
  // Each part is checked below before it is used.
  const parts = document as Partial<Record<keyof ModelDocument, unknown>>;
  const model = readCounts(parts);
  if (model === null || !isPair(parts.routes)) return null;
  for (const [from, to] of [
    [parts.folded, model.folded],
    [parts.kept, model.kept],
  ] as const) {
    if (!isPair(from)) return null;
    for (const place of from.slice(0, LEARN_LIMITS.routesMax)) if (isText(place, TEMPLATE_CHARS_MAX)) to.add(place);
  }
  for (const raw of parts.routes.slice(0, LEARN_LIMITS.routesMax)) {
    const route = readRoute(raw);
    if (route === null) return null;
    model.routes.set(`${route.method} ${route.template}`, route);
    model.parameters += route.parameters.size;
  }
  return model.parameters > LEARN_LIMITS.parametersMax ? null : model;
}

function readCounts(parts: Partial<Record<keyof ModelDocument, unknown>>): LearnedModel | null {
  const { version, requests, unplaced, novelRoutes, novelNames } = parts;
  if (version !== 1 || !isCount(requests) || !isCount(unplaced)) return null;
  if (!isChange(novelRoutes) || !isChange(novelNames)) return null;
  return { ...createModel(), requests, unplaced, novelRoutes, novelNames };
}

function readRoute(raw: unknown): Route | null {
  if (!isPair(raw)) return null;
  const [method, template, requests, flags, profiles, novelNames] = raw;
  if (!isText(method, 16) || !isText(template, TEMPLATE_CHARS_MAX) || !template.startsWith('/')) return null;
  if (!isCount(requests) || !isCount(flags) || !isPair(profiles) || !isChange(novelNames)) return null;
  const parameters = new Map<string, Profile>();
  for (const each of profiles.slice(0, LEARN_LIMITS.parametersPerRouteMax)) {
    const read = readProfile(each);
    if (read === null) return null;
    parameters.set(read[0], read[1]);
  }
  return {
    ...newRoute(method, template),
    requests,
    parameters,
    novelNames,
    isOpen: (flags & FLAG_OPEN) !== 0,
    hasOtherBody: (flags & FLAG_OTHER_BODY) !== 0,
  };
}

function readProfile(raw: unknown): [string, Profile] | null {
  if (!isPair(raw)) return null;
  const [name, counts, range, outlines, words] = raw;
  if (!isText(name, LEARN_LIMITS.nameCharsMax + 16) || !isPair(counts) || counts.length !== PROFILE_COUNTS) return null;
  if (!counts.every(isCount)) return null;
  const edges = range === null ? null : readRange(range);
  const readOutlines = readTally(outlines, LEARN_LIMITS.outlinesMax);
  const readWords = readTally(words, LEARN_LIMITS.valuesMax);
  if (edges === undefined || readOutlines === undefined || readWords === undefined) return null;
  return [name, { ...newProfile(), ...readNumbers(counts), range: edges, outlines: readOutlines, words: readWords }];
}

/** In the order in which `profileDocument` writes them. */
function readNumbers(counts: readonly number[]): Omit<Profile, 'range' | 'outlines' | 'words' | 'told' | 'isTold' | 'isNovel'> {
  const at = (index: number): number => counts[index] ?? 0;
  return {
    requests: at(0),
    repeated: at(1),
    values: at(2),
    empties: at(3),
    kinds: at(4),
    groups: { once: at(5), often: at(6) },
    punctuation: { once: at(7), often: at(8) },
    lengthMin: at(9),
    lengthMax: at(10),
  };
}

function readRange(raw: unknown): [number, number] | undefined {
  if (!isPair(raw) || raw.length !== 2) return undefined;
  const [min, max] = raw;
  return typeof min === 'number' && typeof max === 'number' && Number.isFinite(min) && Number.isFinite(max)
    ? [min, max]
    : undefined;
}

/** Undefined = not readable; null is itself a meaning. */
function readTally(raw: unknown, max: number): Map<string, number> | null | undefined {
  if (raw === null) return null;
  if (!isPair(raw) || raw.length > max) return undefined;
  const counts = new Map<string, number>();
  for (const pair of raw) {
    if (!isPair(pair)) return undefined;
    const [key, count] = pair;
    if (!isText(key, LEARN_LIMITS.valueCharsMax) || !isCount(count)) return undefined;
    counts.set(key, count);
  }
  return counts;
}
