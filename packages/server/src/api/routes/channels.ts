import {
  channelChangeSchema,
  channelInputSchema,
  channelTestSchema,
  channelViewSchema,
  deadLetterDropSchema,
  deadLetterQuerySchema,
  deadLetterViewSchema,
  pageSchema,
  ulidSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Channels } from '../../domains/detection/index.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';

/** A name or an id. */
const params = z.object({ channel: z.string().min(1).max(63) });
const letterParams = params.extend({ letter: ulidSchema });
const tags = ['channels'];
const path = '/api/v1/channels/{channel}';
const letter = `${path}/dead-letters/{letter}`;

const list = createRoute({
  method: 'get',
  path: '/api/v1/channels',
  tags,
  summary: 'Lists where alerts are told, oldest first; secrets are never shown.',
  ...needs('channel:read'),
  responses: answers(pageSchema(channelViewSchema), 'All of them.'),
});
const add = createRoute({
  method: 'post',
  path: '/api/v1/channels',
  tags,
  summary: 'Tells alerts at one more place.',
  ...needs('channel:write'),
  request: { body: body(channelInputSchema) },
  responses: created(channelViewSchema, 'The channel.'),
});
const show = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Shows one channel.',
  ...needs('channel:read'),
  request: { params },
  responses: answers(channelViewSchema, 'The channel.'),
});
const change = createRoute({
  method: 'patch',
  path,
  tags,
  summary: 'Changes where, what and when is told; a secret that is null stays, unless it would go to another place.',
  ...needs('channel:write'),
  request: { params, body: body(channelChangeSchema) },
  responses: answers(channelViewSchema, 'The channel as it is now.'),
});
const remove = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Removes a channel; what waits for it is not told.',
  ...needs('channel:write'),
  request: { params },
  responses: noContent('It is gone.'),
});
const test = createRoute({
  method: 'post',
  path: `${path}/test`,
  tags,
  summary: 'Sends one message that says it is a test, now.',
  ...needs('channel:write'),
  request: { params },
  responses: answers(channelTestSchema, 'What came back.'),
});
const deadLetters = createRoute({
  method: 'get',
  path: `${path}/dead-letters`,
  tags,
  summary: 'Lists alerts that could not be told, newest first.',
  ...needs('channel:read'),
  request: { params, query: deadLetterQuerySchema },
  responses: answers(pageSchema(deadLetterViewSchema), 'One page.'),
});
const resend = createRoute({
  method: 'post',
  path: `${letter}/resend`,
  tags,
  summary: 'Tries again to tell an alert that could not be told.',
  ...needs('channel:write'),
  request: { params: letterParams },
  responses: noContent('It waits to be sent.'),
});
const drop = createRoute({
  method: 'post',
  path: `${letter}/drop`,
  tags,
  summary: 'Gives up an alert that could not be told.',
  ...needs('channel:write'),
  request: { params: letterParams, body: body(deadLetterDropSchema) },
  responses: noContent('It is gone.'),
});

export function mountChannels(api: Api, channels: Channels): void {
  api.openapi(list, async (context) => context.json({ items: [...(await channels.list())], next: null }, 200));
  api.openapi(add, async (context) =>
    context.json(await channels.add(context.req.valid('json'), context.get('principal').actor), 201),
  );
  api.openapi(show, async (context) => context.json(await channels.show(context.req.valid('param').channel), 200));
  api.openapi(change, async (context) => {
    const { actor } = context.get('principal');
    return context.json(await channels.change(context.req.valid('param').channel, context.req.valid('json'), actor), 200);
  });
  api.openapi(remove, async (context) => {
    await channels.remove(context.req.valid('param').channel, context.get('principal').actor);
    return context.body(null, 204);
  });
  api.openapi(test, async (context) => context.json(await channels.test(context.req.valid('param').channel), 200));
  api.openapi(deadLetters, async (context) => {
    const { items, next } = await channels.deadLetters(context.req.valid('param').channel, context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(resend, async (context) => {
    const { channel, letter: id } = context.req.valid('param');
    await channels.resend(channel, id, context.get('principal').actor);
    return context.body(null, 204);
  });
  api.openapi(drop, async (context) => {
    const { channel, letter: id } = context.req.valid('param');
    const { reason } = context.req.valid('json');
    await channels.drop(channel, id, { actor: context.get('principal').actor, reason });
    return context.body(null, 204);
  });
}
