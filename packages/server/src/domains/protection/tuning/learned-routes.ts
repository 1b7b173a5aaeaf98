import { tablesOf, type ProtectionParts } from '../change.ts';
import { readLearned } from '../learning/learned-store.ts';
import { foldRoute } from '../../../platform/http/fold-route.ts';

/** A model is megabytes at most and changes slowly. */
const REFRESH_MS = 300_000;
const APPLICATIONS_MAX = 1000;
const PLACEHOLDER = /^\{([a-z]{1,16})\}(\.[a-z0-9]{1,8})?$/u;

interface Variable {
  /** Whether a segment can stand here: learned kinds but `name` hold a digit, and files keep their ending. */
  readonly fits: (segment: string) => boolean;
  readonly node: RouteNode;
}
interface RouteNode {
  readonly names: Map<string, RouteNode>;
  readonly variables: Map<string, Variable>;
}
const newNode = (): RouteNode => ({ names: new Map(), variables: new Map() });

function variableOf(segment: string): Variable | null {
  const found = PLACEHOLDER.exec(segment);
  if (found === null) return null;
  const [, kind, extension = ''] = found;
  const fits = (text: string): boolean => text !== '' && text.endsWith(extension) && (kind === 'name' || /\d/u.test(text));
  return { fits, node: newNode() };
}

/** Templates such as `/product/{name}/review` as a tree of segments. */
export function buildRoutes(templates: Iterable<string>): RouteNode {
  const root = newNode();
  for (const template of templates) {
    let node = root;
    for (const segment of template.split('/').slice(1)) {
      const variable = node.variables.get(segment) ?? variableOf(segment);
      if (variable !== null) node.variables.set(segment, variable);
      const next = variable?.node ?? node.names.get(segment) ?? newNode();
      if (variable === null) node.names.set(segment, next);
      node = next;
    }
  }
  return root;
}

/**
 * The route of a path where learning knows it, with `{}` for what changes: a slug of a product is not told from a name of the
 * application by its form. A learned name comes before a variable; what is not known is folded by its form alone.
 */
export function learnedRoute(root: RouteNode, path: string): string {
  let node: RouteNode = root;
  const segments: string[] = [];
  for (const segment of path.split('/').slice(1)) {
    const named = node.names.get(segment);
    const variable = named === undefined ? [...node.variables.values()].find(({ fits }) => fits(segment)) : undefined;
    if (named === undefined && variable === undefined) return foldRoute(path);
    segments.push(named === undefined ? '{}' : segment);
    node = named ?? variable?.node ?? newNode();
  }
  return foldRoute(`/${segments.join('/')}`);
}

interface Known {
  readonly routes: RouteNode;
  readonly updatedAt: number | null;
  readonly readAt: number;
}

/** Folds paths by what learning knows of each application; asks for it anew now and then. */
export interface RouteFolder {
  fold(application: string, path: string): string;
  /** True when routes are others now than before. */
  refresh(applications: Iterable<string>): Promise<boolean>;
}

export function createRouteFolder({ db, clock }: Pick<ProtectionParts, 'db' | 'clock'>): RouteFolder {
  const known = new Map<string, Known>();
  return {
    fold(application, path) {
      const routes = known.get(application)?.routes;
      return routes === undefined ? foldRoute(path) : learnedRoute(routes, path);
    },
    async refresh(applications) {
      let isChanged = false;
      for (const application of applications) {
        const held = known.get(application);
        const now = clock.now();
        if (held !== undefined && now - held.readAt < REFRESH_MS) continue;
        if (held === undefined && known.size >= APPLICATIONS_MAX) continue;
        const { model, updatedAt } = await readLearned(tablesOf(db), application);
        const isSame = held?.updatedAt === updatedAt;
        const routes = isSame ? held.routes : buildRoutes([...model.routes.values()].map(({ template }) => template));
        known.set(application, { routes, updatedAt, readAt: now });
        isChanged ||= !isSame;
      }
      return isChanged;
    },
  };
}
