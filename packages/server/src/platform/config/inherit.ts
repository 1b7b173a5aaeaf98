import { emptyTree, isTree } from './source.ts';

/** Settings at the top that hold for every application which does not say otherwise. */
const INHERITED = ['mode', 'rate'] as const;

/**
 * Gives the listed applications what stands at the top for them. Done before the schema puts in its defaults: afterwards an
 * application that says `monitor` cannot be told from one that says nothing, and `--mode enforce` would silently not enforce.
 */
export function inheritSettings(tree: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { applications } = tree;
  if (!Array.isArray(applications)) return tree;
  const given: (readonly [name: string, value: unknown])[] = INHERITED.map((name) => [name, tree[name]]);
  // Several applications are told apart by their hosts, so only a single one can take those of the listener.
  if (applications.length === 1) given.push(['hosts', tree['host']]);
  const said = given.filter(([, value]) => value !== undefined);
  const filled = applications.map((application: unknown) => {
    if (!isTree(application)) return application;
    const missing = said.filter(([name]) => application[name] === undefined);
    return Object.assign(
      emptyTree(),
      application,
      Object.fromEntries(missing),
      inheritLogin(application['login'], tree['login']),
    );
  });
  return Object.assign(emptyTree(), tree, { applications: filled });
}

/** At the top `login` is the mode alone; an application may say more of it, and still leave the mode to the top. */
function inheritLogin(own: unknown, mode: unknown): Readonly<Record<string, unknown>> {
  if (mode === undefined) return {};
  if (own === undefined) return { login: { mode } };
  return isTree(own) && own['mode'] === undefined ? { login: Object.assign(emptyTree(), own, { mode }) } : {};
}
