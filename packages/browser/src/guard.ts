import type { SchemaError } from '@holdfast/contract';
import { validate } from './request.ts';

/**
 * Lets `fetch` answer by itself where the gateway would refuse: with the same 400 and the same problem document, so that the
 * page needs one way of showing both. Returns what undoes it.
 *
 * @example const undo = guardFetch();
 */
export function guardFetch(): () => void {
  const original = globalThis.fetch;
  const guarded: typeof fetch = async (input, init) => {
    // A body that streams cannot be read twice.
    const isStream = init?.body instanceof ReadableStream;
    const errors = isStream ? [] : await errorsOf(input, init);
    return errors.length === 0 ? original(input, init) : refusal(errors);
  };
  globalThis.fetch = guarded;
  return () => {
    if (globalThis.fetch === guarded) globalThis.fetch = original;
  };
}

async function errorsOf(input: RequestInfo | URL, init: RequestInit | undefined): Promise<readonly SchemaError[]> {
  if (!(input instanceof Request)) return validate({ ...read(init), url: input });
  return init === undefined
    ? validate(input)
    : validate({ method: input.method, headers: input.headers, ...read(init), url: input.url });
}

/** Members that say nothing are left out, so that those of a request stay. */
function read({ method, headers, body }: RequestInit = {}): Pick<RequestInit, 'method' | 'headers' | 'body'> {
  return {
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  };
}

/** As the gateway writes it (RFC 9457), without a request id: nothing was sent. */
function refusal(errors: readonly SchemaError[]): Response {
  const problem = {
    type: '/errors/schema-mismatch',
    title: 'Request not accepted',
    status: 400,
    detail: 'The request does not have the form that this application takes.',
    code: 'schema-mismatch',
    errors,
  };
  return new Response(JSON.stringify(problem), { status: 400, headers: { 'content-type': 'application/problem+json' } });
}
