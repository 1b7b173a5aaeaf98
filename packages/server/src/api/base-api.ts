import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import type { ProblemCode } from '@holdfast/contract';
import { problemResponse } from '../platform/http/problem.ts';
import type { Log } from '../platform/log.ts';
import { Refusal } from '../platform/refusal.ts';
import { schemaFaults } from '../platform/schema-faults.ts';
import { toRefusal } from './faults.ts';
import type { Trust } from './parts.ts';
import type { Api, ApiEnv } from './route.ts';
import { nameRequest, newRequestId, refuseForeignPages } from './shield.ts';

export interface BaseApiParts {
  readonly log: Log;
  readonly trust: Trust;
  readonly bodyBytesMax: number;
  /** Addresses that take more, and how much. */
  readonly largeBodies?: { readonly path: RegExp; readonly bytesMax: number };
  /** What an address is answered that nothing is mounted at. */
  readonly notFound: ProblemCode;
}

/** What every API of ours begins with: faults become problems, each call has an id, foreign pages and large bodies are refused. */
export function createBaseApi({ log, trust, bodyBytesMax, largeBodies, notFound }: BaseApiParts): Api {
  const api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw new Refusal('input-invalid', { errors: schemaFaults(result.error) });
    },
  });
  api.onError((error, context) => {
    // Set by the first middleware; an error before it would be a defect of the framework, and still gets an id.
    const requestId = (context.get('requestId') as string | undefined) ?? newRequestId();
    const refusal = toRefusal(error);
    if (!(refusal instanceof Refusal)) log.error({ err: error, request_id: requestId }, 'a call of the API failed');
    return problemResponse(refusal, requestId);
  });
  api.notFound((context) => problemResponse(new Refusal(notFound), context.get('requestId')));
  api.use(nameRequest, refuseForeignPages(trust));
  const tooLarge = (): never => {
    throw new Refusal('body-too-large');
  };
  const limit = bodyLimit({ maxSize: bodyBytesMax, onError: tooLarge });
  const large = bodyLimit({ maxSize: largeBodies?.bytesMax ?? bodyBytesMax, onError: tooLarge });
  api.use(async (context, next) =>
    largeBodies?.path.test(context.req.path) === true ? large(context, next) : limit(context, next),
  );
  return api;
}
