import type { SchemaError } from '@holdfast/contract';
import { check, type Sending } from './check.ts';
import { entriesOf, Reading } from './fields.ts';
import { schemaOf } from './schemas.ts';

/** Whatever `fetch` takes; of an `XMLHttpRequest` its method, address and body. */
export interface PlannedRequest {
  readonly url: string | URL;
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: BodyInit | null;
}

/**
 * Says what the gateway would refuse of a request, before it is sent. An empty list = nothing that can be said here.
 *
 * @example const errors = await validate({ url: '/api/orders', method: 'POST', body: JSON.stringify(order) });
 */
export async function validate(request: PlannedRequest | Request): Promise<readonly SchemaError[]> {
  const url = new URL(request.url, location.href);
  // Other origins have other gateways, or none.
  if (url.origin !== location.origin) return [];
  const schema = await schemaOf(url.pathname);
  if (schema === null) return [];
  try {
    return check(schema, request instanceof Request ? await read(request, url) : readPlanned(request, url));
  } catch {
    // What cannot be read here is judged by the gateway.
    return [];
  }
}

const typeOf = (headers: Headers): string => headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** Methods that `fetch` writes in capitals (Fetch §2.2.1). */
const methodOf = (method = 'GET'): string =>
  /^(?:delete|get|head|options|post|put)$/iu.test(method) ? method.toUpperCase() : method;

function readPlanned({ method, headers, body = null }: PlannedRequest, url: URL): Sending {
  const reading = begin(url);
  const type = typeOf(new Headers(headers));
  if (body instanceof FormData) reading.addPairs('multipart', entriesOf(body));
  else if (body instanceof URLSearchParams) reading.addPairs('form', body);
  else if (typeof body === 'string') addText(reading, type, body);
  else if (body !== null) reading.isPart = true;
  return reading.sending(methodOf(method));
}

async function read(request: Request, url: URL): Promise<Sending> {
  const reading = begin(url);
  const type = typeOf(request.headers);
  const isForm = type === 'multipart/form-data';
  if (isForm) reading.addPairs('multipart', await request.clone().formData());
  else if (request.body !== null) addText(reading, type, await request.clone().text());
  return reading.sending(request.method);
}

function begin(url: URL): Reading {
  const reading = new Reading();
  reading.addPairs('query', url.searchParams);
  return reading;
}

function addText(reading: Reading, type: string, text: string): void {
  if (text === '') return;
  if (type === 'application/json' || type === 'text/json' || type.endsWith('+json')) reading.addJson(text);
  else if (type === 'application/x-www-form-urlencoded') reading.addPairs('form', new URLSearchParams(text));
  else reading.isPart = true;
}
