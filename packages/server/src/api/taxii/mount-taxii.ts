import { PAGE_ITEMS_MAX, PROBLEMS } from '@holdfast/contract';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { OWN_SOURCE, sharedIndicator, type Intel, type SharedObject } from '../../domains/detection/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import { authenticate, type Gate } from '../authenticate.ts';
import { toRefusal } from '../faults.ts';
import { needs, type Api, type ApiEnv } from '../route.ts';
import { TaxiiFault } from './fault.ts';
import { readQuery } from './query.ts';
import { select, timeText, type Selected } from './select.ts';

/** TAXII 2.1 §1.6.8.1. */
export const MEDIA_TYPE = 'application/taxii+json;version=2.1';
const STIX_TYPE = 'application/stix+json;version=2.1';
const ROOT = '/taxii2/shared/';
/** The one collection; a client keeps it among its settings, so it never changes. */
export const OWN_COLLECTION = '6d3ff2a8-1c5b-4c2e-9a51-0f6a2b8c7d10';
const BODY_BYTES_MAX = 1_048_576;
/** Own indicators that are looked through: there can be no more of them. */
const PAGES_MAX = 100;

export interface TaxiiParts extends Omit<Gate, 'sessions'> {
  readonly intel: Pick<Intel, 'indicators'>;
}

/** Our own indicators for other TAXII 2.1 clients, to read; what came from somebody else is not passed on. */
export function mountTaxii(api: Api, parts: TaxiiParts): void {
  const taxii = new OpenAPIHono<ApiEnv>({ strict: true });
  taxii.onError((error, context) => answerFault(error, context));
  const { middleware } = needs('intel:read');
  taxii.use('/taxii2/*', bearerFromBasic, authenticate({ ...parts, sessions: null }), middleware, acceptsTaxii, readsOnly);
  mountRoot(taxii);
  mountObjects(taxii, async () => ownIndicators(parts.intel));
  taxii.all('/taxii2/*', () => {
    throw new TaxiiFault(404, 'There is nothing here');
  });
  api.route('/', taxii);
}

const collection = {
  id: OWN_COLLECTION,
  title: 'Indicators of this installation',
  description: 'What operators here listed themselves.',
  alias: 'own',
  can_read: true,
  can_write: false,
  media_types: [STIX_TYPE],
};

/** What came from a source belongs to whoever gave it: only our own are shared. */
async function ownIndicators(intel: Pick<Intel, 'indicators'>): Promise<readonly SharedObject[]> {
  const shared: SharedObject[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const { items, next } = await intel.indicators({ source: OWN_SOURCE, limit: PAGE_ITEMS_MAX, cursor });
    shared.push(...items.map((view) => sharedIndicator(view)));
    if (next === null) break;
    cursor = next;
  }
  return shared;
}

function mountRoot(taxii: Api): void {
  taxii.get('/taxii2/', (context) => send(context, { title: 'Holdfast', default: ROOT, api_roots: [ROOT] }));
  taxii.get(ROOT, (context) => send(context, { title: 'Shared', versions: [MEDIA_TYPE], max_content_length: BODY_BYTES_MAX }));
  taxii.get(`${ROOT}collections/`, (context) => send(context, { collections: [collection] }));
  taxii.get(`${ROOT}collections/:collection/`, (context) => {
    assertCollection(context);
    return send(context, collection);
  });
}

function mountObjects(taxii: Api, shared: () => Promise<readonly SharedObject[]>): void {
  const base = `${ROOT}collections/:collection/`;
  const asked = async (context: Context<ApiEnv>): Promise<readonly SharedObject[]> => {
    assertCollection(context);
    const all = await shared();
    const id = context.req.param('object');
    const objects = id === undefined ? all : all.filter((one) => one.id === id);
    if (id !== undefined && objects.length === 0) throw new TaxiiFault(404, 'There is no such object');
    return objects;
  };
  const objects = async (context: Context<ApiEnv>): Promise<Response> => {
    const found = select(await asked(context), readQuery(context.req.url));
    const { more, next } = found;
    const some = found.objects.map(({ object }) => object);
    return send(context, { more, ...(next === null ? {} : { next }), ...(some.length === 0 ? {} : { objects: some }) }, found);
  };
  taxii.get(`${base}objects/`, objects);
  taxii.get(`${base}objects/:object/`, objects);
  taxii.get(`${base}objects/:object/versions/`, async (context) => {
    const query = readQuery(context.req.url);
    const found = select(await asked(context), { ...query, versions: ['all'] });
    return send(context, { more: found.more, versions: found.objects.map(({ version }) => version) }, found);
  });
  taxii.get(`${base}manifest/`, async (context) => {
    const found = select(await asked(context), readQuery(context.req.url));
    const entries = found.objects.map((one) => ({
      id: one.id,
      date_added: timeText(one),
      version: one.version,
      media_type: STIX_TYPE,
    }));
    return send(context, { more: found.more, ...(entries.length === 0 ? {} : { objects: entries }) }, found);
  });
}

function assertCollection(context: Context<ApiEnv>): void {
  const name = context.req.param('collection');
  if (name !== OWN_COLLECTION && name !== collection.alias) throw new TaxiiFault(404, 'There is no such collection');
}

/** §5.4: writing to a collection that does not let you is forbidden; nothing else here takes anything. */
const readsOnly: MiddlewareHandler<ApiEnv> = async (context, next) => {
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return next();
  throw new TaxiiFault(/\/objects\//u.test(context.req.path) ? 403 : 405, 'Nothing can be written here');
};

/** §1.6.8.2: the version may be left out; any other media type is not served. */
const acceptsTaxii: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const accept = context.req.header('accept') ?? '';
  const isServed = accept
    .split(',')
    .some(
      (type) =>
        /^\s*application\/taxii\+json\s*(?:;\s*version=2\.1\s*)?(?:;\s*q=[\d.]+\s*)?$/iu.test(type) || /^\s*\*\/\*/u.test(type),
    );
  if (!isServed) throw new TaxiiFault(406, `Ask for ${MEDIA_TYPE}`);
  return next();
};

/** §1.6.7: Basic must be understood; the password is a token of ours, the name is of no matter. */
const bearerFromBasic: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const found = /^basic +([A-Za-z0-9+/=]{1,600})$/iu.exec(context.req.header('authorization') ?? '');
  if (found !== null) {
    const text = Buffer.from(found[1] ?? '', 'base64').toString('utf8');
    const headers = new Headers(context.req.raw.headers);
    headers.set('authorization', `Bearer ${text.slice(text.indexOf(':') + 1)}`);
    context.req.raw = new Request(context.req.raw, { headers });
  }
  return next();
};

function send(context: Context<ApiEnv>, body: object, found?: Selected): Response {
  const headers: Record<string, string> = { 'content-type': MEDIA_TYPE };
  if (found?.firstAdded !== null && found?.firstAdded !== undefined) headers['x-taxii-date-added-first'] = found.firstAdded;
  if (found?.lastAdded !== null && found?.lastAdded !== undefined) headers['x-taxii-date-added-last'] = found.lastAdded;
  return context.body(JSON.stringify(body), 200, headers);
}

/** §3.6.1; what is refused by the rest of the API is said in the words of this one. */
function answerFault(error: Error, context: Context<ApiEnv>): Response {
  const refusal = toRefusal(error);
  // A defect: logged, and answered without a word about it, like everywhere else.
  if (!(error instanceof TaxiiFault) && !(refusal instanceof Refusal)) throw error;
  const { status, title } =
    error instanceof TaxiiFault ? { status: error.status, title: error.message } : PROBLEMS[(refusal as Refusal).code];
  const headers = new Headers({ 'content-type': MEDIA_TYPE });
  // RFC 9110 §11.6.1.
  if (status === 401) headers.set('www-authenticate', 'Basic realm="holdfast", Bearer realm="holdfast"');
  if (refusal instanceof Refusal && refusal.retryAfterSeconds !== null)
    headers.set('retry-after', String(refusal.retryAfterSeconds));
  if (status === 405) headers.set('allow', 'GET, HEAD');
  return new Response(JSON.stringify({ title, error_id: context.get('requestId'), http_status: String(status) }), {
    status,
    headers,
  });
}
