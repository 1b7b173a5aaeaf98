import type { CanonicalRequest, Field, Location } from '../types.ts';
import { LEARN_LIMITS } from './limits.ts';
import { mergeProfiles, newProfile, observeValue, type Profile } from './profile.ts';
import { extensionOf, placeholder, templateOf, type Folding } from './template.ts';

/** Where a parameter stands. Headers, cookies and the path are the client's and the route's, not the form's. */
export const PARAMETER_LOCATIONS = ['query', 'form', 'json', 'multipart', 'file-name'] as const;
export type ParameterLocation = (typeof PARAMETER_LOCATIONS)[number];

/** One method at one templated path. */
export interface Route {
  method: string;
  template: string;
  requests: number;
  /** `location name` -> what is known of it. */
  parameters: Map<string, Profile>;
  /** A parameter did not fit any more: the names of this route are without end. */
  isOpen: boolean;
  /** It had a body that is not made of named fields (text, XML, octets). */
  hasOtherBody: boolean;
  /** Parameters that one request only had. Counted apart from them: their names may not be told. */
  novelNames: number;
  /** The process has told of this route before. */
  isTold: boolean;
}

/** What was seen of one application. Merging models adds them up, so every process may learn by itself. */
export interface LearnedModel extends Folding {
  requests: number;
  /** Requests whose route did not fit any more. */
  unplaced: number;
  parameters: number;
  /** Routes, and names of parameters, that one request only had: how often something new is still to be expected. */
  novelRoutes: number;
  novelNames: number;
  /** `METHOD template` -> route. */
  routes: Map<string, Route>;
}

/**
 * A model that has seen nothing.
 *
 * @example const model = createModel(); observe(model, request);
 */
export function createModel(): LearnedModel {
  return {
    requests: 0,
    unplaced: 0,
    parameters: 0,
    novelRoutes: 0,
    novelNames: 0,
    routes: new Map(),
    folded: new Set(),
    kept: new Set(),
  };
}

const LOCATIONS: ReadonlySet<Location> = new Set(PARAMETER_LOCATIONS);
const OTHER_BODIES: ReadonlySet<Location> = new Set<Location>(['xml', 'text']);
const NAME_CHARS_READ_MAX = 256;

export const isParameter = (location: Location): location is ParameterLocation => LOCATIONS.has(location);

/**
 * One name for all elements of a list: `items.3.price` and `item[3][price]` stand for what `items.*.price` and
 * `item[*][price]` say.
 */
export function parameterName(location: ParameterLocation, name: string): string {
  if (name.length > NAME_CHARS_READ_MAX) return name;
  if (location === 'json') return /\d/u.test(name) ? name.replaceAll(/(?<![^.])\d{1,6}(?![^.])/gu, '*') : name;
  return name.includes('[') ? name.replaceAll(/\[\d{1,6}\]/gu, '[*]') : name;
}

/** Names that stand for several values by their form. */
export const isListName = (name: string): boolean => name.includes('*') || name.endsWith('[]');

/** Learns from one honest request. Total: a request that does not fit is counted and left. */
export function observe(model: LearnedModel, request: CanonicalRequest): void {
  model.requests++;
  const template = templateOf(request.path, model);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = template === null || method.length > 16 ? null : placeRoute(model, method, template);
  if (route === null) {
    model.unplaced++;
    return;
  }
  route.requests++;
  if (route.requests === 2 && !route.isTold) model.novelRoutes--;
  const times = new Map<Profile, number>();
  for (const field of request.fields) {
    if (OTHER_BODIES.has(field.location)) route.hasOtherBody = true;
    const profile = placeParameter(model, route, field);
    if (profile === null) continue;
    times.set(profile, (times.get(profile) ?? 0) + 1);
    observeValue(profile, field.value);
  }
  for (const [profile, count] of times) {
    profile.requests++;
    if (count > 1) profile.repeated++;
    if (profile.requests === 2 && !profile.isTold) {
      route.novelNames--;
      settleName(model, profile);
    }
  }
}

function placeRoute(model: LearnedModel, method: string, template: string): Route | null {
  const key = `${method} ${template}`;
  const known = model.routes.get(key);
  if (known !== undefined) return known;
  if (model.routes.size >= LEARN_LIMITS.routesMax) return null;
  const route = newRoute(method, template);
  model.routes.set(key, route);
  model.novelRoutes++;
  const place = crowdedPlace(model, template);
  if (place === null) return route;
  fold(model, place);
  return model.routes.get(`${method} ${refolded(template, place, model)}`) ?? route;
}

/** A route that nothing is known of. */
export function newRoute(method: string, template: string): Route {
  return {
    method,
    template,
    requests: 0,
    parameters: new Map(),
    isOpen: false,
    hasOtherBody: false,
    novelNames: 0,
    isTold: false,
  };
}

function placeParameter(model: LearnedModel, route: Route, { location, name }: Field): Profile | null {
  if (!isParameter(location)) return null;
  const canonical = parameterName(location, name);
  const key = `${location} ${canonical}`;
  const known = route.parameters.get(key);
  if (known !== undefined) return known;
  const isFull = route.parameters.size >= LEARN_LIMITS.parametersPerRouteMax || model.parameters >= LEARN_LIMITS.parametersMax;
  if (isFull || canonical.length > LEARN_LIMITS.nameCharsMax) {
    route.isOpen = true;
    return null;
  }
  const profile = newProfile(canonical);
  const other = profileElsewhere(model, canonical);
  route.parameters.set(key, profile);
  model.parameters++;
  route.novelNames++;
  profile.isNovel = other === null;
  if (other === null) model.novelNames++;
  else settleName(model, other);
  return profile;
}

/** The name was met again. */
function settleName(model: LearnedModel, profile: Profile): void {
  if (profile.isNovel) model.novelNames--;
  profile.isNovel = false;
}

/** The same name in any route; asked once for each new parameter. */
function profileElsewhere(model: LearnedModel, name: string): Profile | null {
  for (const { parameters } of model.routes.values()) {
    for (const location of PARAMETER_LOCATIONS) {
      const profile = parameters.get(`${location} ${name}`);
      if (profile !== undefined) return profile;
    }
  }
  return null;
}

/** A place in the path where too many different words stand. */
interface Place {
  parent: string;
  extension: string;
}

/** Looks along a new route for the first such place. Runs once a route, so its cost is bounded by the routes there may be. */
function crowdedPlace(model: LearnedModel, template: string): Place | null {
  const segments = template.split('/');
  let parent = '';
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i] ?? '';
    const extension = extensionOf(segment);
    if (!segment.startsWith('{') && !model.kept.has(`${parent}/${segment}`)) {
      const siblings = new Set<string>();
      for (const route of model.routes.values()) {
        const sibling = childOf(route.template, parent);
        if (sibling !== null && isFoldable(sibling, extension) && !model.kept.has(`${parent}/${sibling}`)) siblings.add(sibling);
      }
      if (siblings.size > LEARN_LIMITS.siblingsMax) return { parent, extension };
    }
    parent = `${parent}/${segment}`;
  }
  return null;
}

const isFoldable = (segment: string, extension: string): boolean =>
  !segment.startsWith('{') && extensionOf(segment) === extension;

function childOf(template: string, parent: string): string | null {
  if (!template.startsWith(`${parent}/`)) return null;
  const end = template.indexOf('/', parent.length + 1);
  return template.slice(parent.length + 1, end < 0 ? template.length : end);
}

/** Folds the siblings at one place into one; those met often stay what they are. */
function fold(model: LearnedModel, place: Place): void {
  const { parent, extension } = place;
  const counts = new Map<string, number>();
  for (const { template, requests } of model.routes.values()) {
    const child = childOf(template, parent);
    if (child !== null && isFoldable(child, extension)) counts.set(child, (counts.get(child) ?? 0) + requests);
  }
  for (const [child, requests] of counts)
    if (requests >= LEARN_LIMITS.establishedMin && model.kept.size < LEARN_LIMITS.routesMax) model.kept.add(`${parent}/${child}`);
  model.folded.add(`${parent} ${extension}`);
  const before = [...model.routes.values()];
  model.routes = new Map();
  model.parameters = 0;
  for (const route of before) {
    const template = refolded(route.template, place, model);
    // Many that came once each are one that came often.
    if (template !== route.template && route.requests === 1 && !route.isTold && model.novelRoutes > 0) model.novelRoutes--;
    addRoute(model, { ...route, template });
  }
}

function refolded(template: string, { parent, extension }: Place, { kept }: Folding): string {
  const child = childOf(template, parent);
  if (child === null || !isFoldable(child, extension) || kept.has(`${parent}/${child}`)) return template;
  return `${parent}/${placeholder('name', extension)}${template.slice(parent.length + 1 + child.length)}`;
}

/** Adds a whole route to what is known under its name. */
function addRoute(model: LearnedModel, route: Route): void {
  const key = `${route.method} ${route.template}`;
  const known = model.routes.get(key);
  const target = known ?? newRoute(route.method, route.template);
  if (known === undefined) {
    if (model.routes.size >= LEARN_LIMITS.routesMax) {
      model.unplaced += route.requests;
      return;
    }
    model.routes.set(key, target);
  }
  target.requests += route.requests;
  target.isOpen ||= route.isOpen;
  target.hasOtherBody ||= route.hasOtherBody;
  target.novelNames += route.novelNames;
  for (const [name, profile] of route.parameters) addParameter(model, target, [name, profile]);
}

function addParameter(model: LearnedModel, route: Route, [name, profile]: readonly [string, Profile]): void {
  let known = route.parameters.get(name);
  if (known === undefined) {
    if (route.parameters.size >= LEARN_LIMITS.parametersPerRouteMax || model.parameters >= LEARN_LIMITS.parametersMax) {
      route.isOpen = true;
      return;
    }
    known = newProfile();
    route.parameters.set(name, known);
    model.parameters++;
  }
  mergeProfiles(known, profile);
}

/**
 * What two processes learned, together. Neither argument is changed.
 *
 * @example const both = mergeModels(ofWorkerOne, ofWorkerTwo);
 */
export function mergeModels(left: LearnedModel, right: LearnedModel): LearnedModel {
  const merged = createModel();
  for (const part of [left, right]) addModel(merged, part);
  return merged;
}

/** Adds what one process learned to what is known. Costs by what is new: routes known to both are only added up. */
function addModel(merged: LearnedModel, part: LearnedModel): void {
  const wasEmpty = merged.routes.size === 0;
  merged.requests += part.requests;
  merged.unplaced += part.unplaced;
  merged.novelRoutes += part.novelRoutes;
  merged.novelNames += part.novelNames;
  const places = merged.folded.size;
  for (const place of part.folded) if (merged.folded.size < LEARN_LIMITS.routesMax) merged.folded.add(place);
  for (const place of part.kept) if (merged.kept.size < LEARN_LIMITS.routesMax) merged.kept.add(place);
  if (merged.folded.size > places && !wasEmpty) refoldAll(merged);
  for (const route of part.routes.values()) {
    const template = foldedTemplate(route.template, merged);
    const isNew = !merged.routes.has(`${route.method} ${template}`);
    addRoute(merged, { ...route, template });
    // One model by itself has no crowded place left; two together may.
    if (isNew && !wasEmpty) foldCrowded(merged, template);
  }
}

/** The other side has folded places that this side still tells apart. */
function refoldAll(merged: LearnedModel): void {
  const before = [...merged.routes.values()];
  merged.routes = new Map();
  merged.parameters = 0;
  for (const route of before) addRoute(merged, { ...route, template: foldedTemplate(route.template, merged) });
}

function foldedTemplate(template: string, { folded, kept }: Folding): string {
  if (folded.size === 0) return template;
  let result = '';
  for (const segment of template.split('/').slice(1)) {
    const extension = extensionOf(segment);
    const isFolded = !segment.startsWith('{') && folded.has(`${result} ${extension}`) && !kept.has(`${result}/${segment}`);
    result = `${result}/${isFolded ? placeholder('name', extension) : segment}`;
  }
  return result;
}

function foldCrowded(merged: LearnedModel, template: string): void {
  for (let place = crowdedPlace(merged, template); place !== null; place = crowdedPlace(merged, template)) fold(merged, place);
}
