import type { ProblemCode } from '@holdfast/contract';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Call {
  readonly method: Method;
  /** Below the API root, for example `/api/v1/bans`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Of an answer that is a file; then there is no text. */
  readonly bytes?: Uint8Array;
}

/** What is no text must not be read as one. */
export const FILE_TYPE = 'application/octet-stream';

/** How an answer is fetched: over the socket, or from the same API in this process. */
export interface Transport {
  readonly server: 'running' | 'down';
  send(method: Method, target: string, parts: { body: string | null; headers: Record<string, string> }): Promise<Answer>;
  close(): Promise<void>;
}

export interface ApiClient extends AsyncDisposable {
  readonly server: 'running' | 'down';
  /** The parsed body of a 2xx answer; any other answer is thrown as the refusal it names. */
  call<Body>(call: Call): Promise<Body>;
  /** The whole answer of a 2xx, for entity tags and texts. */
  fetch(call: Call): Promise<Answer>;
}

export function createClient(transport: Transport): ApiClient {
  const fetch = async (call: Call): Promise<Answer> => {
    const headers: Record<string, string> = { host: 'localhost', accept: 'application/json', ...call.headers };
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    if (body !== null) headers['content-type'] = 'application/json';
    const answer = await transport.send(call.method, target(call), { body, headers });
    if (answer.status < 200 || answer.status >= 300) throw await toRefusal(answer);
    return answer;
  };
  return {
    server: transport.server,
    fetch,
    async call<Body>(call: Call): Promise<Body> {
      const { body } = await fetch(call);
      // The body has the shape of the contract's response schema, which the API's own tests hold it to; a second check in
      // every command would load the schemas and cost a tenth of a second.
      return (await parseBody(body)) as Body;
    },
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

/** Without the cause: an error of the parser repeats what it could not read, and that may be a secret. */
async function parseBody(body: string): Promise<unknown> {
  try {
    return body === '' ? null : JSON.parse(body);
  } catch {
    const { Refusal } = await import('../../platform/refusal.ts');
    throw new Refusal('internal', { detail: 'The server answered something that is no JSON.' });
  }
}

/** Path segments are encoded by {@link segment}; here only the query is added. */
function target({ path, query }: Call): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** One path segment made of an operator's word. */
export function segment(word: string): string {
  return encodeURIComponent(word);
}

async function toRefusal(answer: Answer): Promise<Error> {
  const [{ Refusal }, { PROBLEMS }] = await Promise.all([import('../../platform/refusal.ts'), import('@holdfast/contract')]);
  const problem = readProblem(answer.body);
  const isKnown = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);
  if (!isKnown(problem.code))
    return new Refusal('internal', { detail: `The server answered ${answer.status} without a reason.` });
  return new Refusal(problem.code, { detail: problem.detail, errors: problem.errors });
}

interface ReadProblem {
  readonly code: string;
  readonly detail: string;
  readonly errors: { pointer: string; detail: string }[];
}

function readProblem(body: string): ReadProblem {
  try {
    // Only the fields below are used, and each with a stand-in.
    const document = JSON.parse(body) as Partial<ReadProblem> | null;
    return { code: document?.code ?? '', detail: document?.detail ?? '', errors: document?.errors ?? [] };
  } catch {
    return { code: '', detail: '', errors: [] };
  }
}

/** Every page of a list, up to a bound that a terminal can take. */
export async function listAll<Item>(api: ApiClient, call: Call, itemsMax = 10_000): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page: { items: Item[]; next: string | null } = await api.call({
      ...call,
      query: { limit: 200, ...call.query, cursor },
    });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && items.length < itemsMax);
  return items.slice(0, itemsMax);
}
