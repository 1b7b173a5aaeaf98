import {
  indicatorInputSchema,
  indicatorQuerySchema,
  indicatorViewSchema,
  intelSelfTestSchema,
  intelSourceChangeSchema,
  intelSourceInputSchema,
  intelSourceViewSchema,
  intelStatusSchema,
  lookupQuerySchema,
  lookupViewSchema,
  pageSchema,
  ulidSchema,
  type IntelSourceView,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Intel } from '../../domains/detection/index.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';

const tags = ['intel'];
const root = '/api/v1/intel';
const one = `${root}/sources/{source}`;
const params = z.object({ source: ulidSchema });
const source = (description: string) => answers(intelSourceViewSchema, description);
/** A request to the API is a megabyte at most; larger ones are read from a file. */
const TEXT_CHARS_MAX = 1_000_000;

const status = createRoute({
  method: 'get',
  path: `${root}/status`,
  tags,
  summary: 'Shows how much is listed, the table that gateways use, and how often it was met in the last day.',
  ...needs('intel:read'),
  responses: answers(intelStatusSchema, 'As it is now.'),
});
const lookup = createRoute({
  method: 'get',
  path: `${root}/lookup`,
  tags,
  summary: 'Says who lists a value, and which lists of known good have it.',
  ...needs('intel:read'),
  request: { query: lookupQuerySchema },
  responses: answers(lookupViewSchema, 'What is known of it.'),
});
const list = createRoute({
  method: 'get',
  path: `${root}/sources`,
  tags,
  summary: 'Lists sources of threat intelligence, oldest first.',
  ...needs('intel:read'),
  responses: answers(pageSchema(intelSourceViewSchema), 'All of them.'),
});
const add = createRoute({
  method: 'post',
  path: `${root}/sources`,
  tags,
  summary: 'Adds a source; it is read within a minute, and then on schedule.',
  ...needs('intel:write'),
  request: { body: body(intelSourceInputSchema) },
  responses: created(intelSourceViewSchema, 'The source.'),
});
const show = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Shows one source: when it was read, what it brought, what was refused and why.',
  ...needs('intel:read'),
  request: { params },
  responses: source('The source.'),
});
const change = createRoute({
  method: 'patch',
  path: one,
  tags,
  summary: 'Switches a source, or changes how often it is read, how sure it is or what a match does.',
  ...needs('intel:write'),
  request: { params, body: body(intelSourceChangeSchema) },
  responses: source('The source as it is now.'),
});
const remove = createRoute({
  method: 'delete',
  path: one,
  tags,
  summary: 'Removes a source; none of its entries is in force any more.',
  ...needs('intel:write'),
  request: { params },
  responses: noContent('It is gone.'),
});
const refresh = createRoute({
  method: 'post',
  path: `${one}/refresh`,
  tags,
  summary: 'Reads a source now. What it brought before stays when that fails.',
  ...needs('intel:write'),
  request: { params },
  responses: source('The source after it was read.'),
});
const bring = createRoute({
  method: 'post',
  path: `${one}/entries`,
  tags,
  summary: 'Replaces the entries of a source that has no address.',
  ...needs('intel:write'),
  request: { params, body: body(z.strictObject({ text: z.string().max(TEXT_CHARS_MAX) })) },
  responses: source('The source with what was brought.'),
});
const selfTest = createRoute({
  method: 'post',
  path: `${root}/self-test`,
  tags,
  summary: 'Plants an indicator that nobody can meet by chance, and waits until a gateway refuses it; at most twenty seconds.',
  ...needs('intel:write'),
  responses: answers(intelSelfTestSchema, 'Whether it was refused, and how long it took.'),
});
const indicators = createRoute({
  method: 'get',
  path: `${root}/indicators`,
  tags,
  summary: 'Lists what is listed: own ones first, then source by source; with `q` those with that part.',
  ...needs('intel:read'),
  request: { query: indicatorQuerySchema },
  responses: answers(pageSchema(indicatorViewSchema), 'One page.'),
});
const addIndicator = createRoute({
  method: 'post',
  path: `${root}/indicators`,
  tags,
  summary: 'Lists something ourselves, for some days.',
  ...needs('intel:write'),
  request: { body: body(indicatorInputSchema) },
  responses: created(indicatorViewSchema, 'The indicator.'),
});
const removeIndicator = createRoute({
  method: 'delete',
  path: `${root}/indicators/{indicator}`,
  tags,
  summary: 'Removes an indicator of our own.',
  ...needs('intel:write'),
  request: { params: z.object({ indicator: z.string().min(1).max(64) }) },
  responses: noContent('It is gone.'),
});

export function mountIntel(api: Api, intel: Intel): void {
  api.openapi(status, async (context) => context.json(await intel.status(), 200));
  api.openapi(lookup, async (context) => context.json(await intel.lookup(context.req.valid('query').value), 200));
  mountSources(api, intel);
  api.openapi(selfTest, async (context) => context.json(await intel.selfTest(context.get('principal').actor), 200));
  api.openapi(indicators, async (context) => {
    const { items, next } = await intel.indicators(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(addIndicator, async (context) =>
    context.json(await intel.addIndicator(context.req.valid('json'), context.get('principal').actor), 201),
  );
  api.openapi(removeIndicator, async (context) => {
    await intel.removeIndicator(context.req.valid('param').indicator, context.get('principal').actor);
    return context.body(null, 204);
  });
}

function mountSources(api: Api, intel: Intel): void {
  api.openapi(list, async (context) => context.json({ items: [...(await intel.sources())], next: null }, 200));
  api.openapi(add, async (context) =>
    context.json(await intel.addSource(context.req.valid('json'), context.get('principal').actor), 201),
  );
  api.openapi(show, async (context) => context.json(await intel.source(context.req.valid('param').source), 200));
  api.openapi(change, async (context) => {
    const to = context.req.valid('json');
    // Absent and undefined are one here: nothing is set to nothing.
    const given = Object.fromEntries(Object.entries(to).filter(([, value]) => value !== undefined)) as Partial<
      Pick<IntelSourceView, 'enabled' | 'everyMinutes' | 'confidence' | 'action'>
    >;
    const { actor } = context.get('principal');
    return context.json(await intel.changeSource(context.req.valid('param').source, given, actor), 200);
  });
  api.openapi(remove, async (context) => {
    await intel.removeSource(context.req.valid('param').source, context.get('principal').actor);
    return context.body(null, 204);
  });
  api.openapi(refresh, async (context) =>
    context.json(await intel.refresh(context.req.valid('param').source, context.get('principal').actor), 200),
  );
  api.openapi(bring, async (context) => {
    const { actor } = context.get('principal');
    return context.json(await intel.bring(context.req.valid('param').source, context.req.valid('json').text, actor), 200);
  });
}
