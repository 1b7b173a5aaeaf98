import type { ApplicationView, Page, SecretView } from '@holdfast/contract';
import { isRefusal, Refusal } from '../../platform/refusal.ts';
import type { Context, Input } from '../command.ts';
import type { ApiClient } from '../connection/client.ts';
import { UsageFault } from '../fault.ts';
import { loadsCode } from './child-environment.ts';
import { listPlace, wantedFromAll } from './fetch-values.ts';
import { needsPlace, referencesIn, wantedOf, type Asked, type Wanted } from './wanted.ts';

const HELP = 'holdfast secret run --help';

/** What the child is to be given. Asked anew each time: with `--all` there may be another secret by then. */
export type Choose = (
  api: ApiClient,
  purpose: string,
) => Promise<{ readonly wanted: readonly Wanted[]; readonly leftOut: readonly string[] }>;

const NOTHING = 'Say what the program is given: --only NAMES, --map NAME=REF, --all, or variables such as NAME=holdfast:NAME.';

export function chooserOf({ io }: Context, input: Input): Choose {
  const asked: Asked = {
    application: input.text('app'),
    environment: input.text('env'),
    only: (input.text('only') ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    map: input.list('map'),
    references: referencesIn(io.env),
  };
  const isAll = input.isSet('all');
  if (!isAll && asked.only.length + asked.map.length + asked.references.size === 0) throw new UsageFault(NOTHING, HELP);
  const isPlaced = isAll || needsPlace(asked);
  if (isPlaced && asked.environment === null) throw new UsageFault('Which environment? --env NAME.', HELP);
  return async (api, purpose) => {
    if (!isPlaced) return { wanted: wantedOf(asked), leftOut: [] };
    const application = asked.application ?? (await onlyApplication(api));
    const named = wantedOf({ ...asked, application });
    if (!isAll) return { wanted: named, leftOut: [] };
    const views = await listPlace(api, { application, environment: asked.environment ?? '' }, purpose);
    return withAll(views, named);
  };
}

function withAll(views: readonly SecretView[], named: readonly Wanted[]): Awaited<ReturnType<Choose>> {
  const { wanted, leftOut } = wantedFromAll(views);
  if (wanted.length + named.length === 0)
    throw new Refusal('secret-missing', { detail: 'In this environment there is no secret that this program can be given.' });
  const own = new Set(named.map(({ variable }) => variable));
  const unsafe = wanted.filter(({ variable }) => loadsCode(variable) && !own.has(variable));
  if (unsafe.length > 0) {
    throw new Refusal('environment-unsafe', {
      errors: unsafe.map(({ variable }) => ({ pointer: variable, detail: 'name it with --only or --map when it is meant' })),
    });
  }
  return { wanted: [...wanted.filter(({ variable }) => !own.has(variable)), ...named], leftOut };
}

/** Most installations protect one application; then it need not be said. */
async function onlyApplication(api: ApiClient): Promise<string> {
  const page = await api.call<Page<ApplicationView>>({ method: 'GET', path: '/api/v1/applications' }).catch((error: unknown) => {
    if (isRefusal(error, 'permission-missing')) return { items: [] };
    throw error;
  });
  const [first, ...more] = page.items;
  if (first !== undefined && more.length === 0) return first.application.id;
  throw new UsageFault('Which application? --app ID.', HELP);
}
