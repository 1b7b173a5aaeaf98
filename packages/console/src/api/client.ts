import type { PROBLEMS, problemSchema } from '@holdfast/contract';
import { here, paths } from '../state/paths.ts';

/** What the listener says, and what only this side can know. */
export type ProblemCode = keyof typeof PROBLEMS | 'unreachable' | 'answer-unreadable';

type ProblemDocument = (typeof problemSchema)['_output'];
export type FieldFault = NonNullable<ProblemDocument['errors']>[number];

/** A call that was not done, as the API tells it (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly requestId: string | null;
  readonly errors: readonly FieldFault[];

  constructor({ code, title, detail, status = 0, request_id = '', errors = [] }: Partial<ProblemDocument>) {
    super(detail ?? '');
    // Whatever code comes is one of the catalogue; `sayProblem` has words for one that is not.
    this.code = (code ?? 'answer-unreadable') as ProblemCode;
    this.title = title ?? '';
    this.status = status;
    this.requestId = request_id === '' ? null : request_id;
    this.errors = errors;
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;
export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A change as data: it can be sent now, or after the person has confirmed who they are. */
export interface Change {
  readonly method: Method;
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
  /** The revision it was made for; somebody else's change in between is then refused. */
  readonly revision?: number;
  /** Its body is a secret: it waits for a confirmation in the memory of this tab, and is never kept on the disk. */
  readonly isSecret?: boolean;
}

function addressOf(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[key, String(value)]],
  );
  const text = new URLSearchParams(given).toString();
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`;
}

async function send(address: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { ...init, credentials: 'same-origin', redirect: 'error' });
  } catch (cause) {
    // Whoever went to another page asked for no answer.
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new Problem({ code: 'unreachable' });
  }
  if (response.ok) return response;
  // A problem document has this shape; anything else lacks its fields, which the class allows.
  const document = (await response.json().catch(() => ({}))) as Partial<ProblemDocument>;
  // Whoever is to confirm who they are is signed in (RFC 9470 §3 answers both with 401).
  if (response.status === 401 && document.code !== 'step-up-required') location.assign(paths.signIn(here()));
  throw new Problem({ status: response.status, ...document });
}

/**
 * Reads below `/api/v1`. The caller names the type of the contract that the route answers with; the server checks its own
 * answers against it.
 *
 * @example read<Page<BanView>>('/bans', { cursor, limit: 50 })
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where a page states what a route answers
export async function read<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  const response = await send(addressOf(path, query), signal === undefined ? {} : { signal });
  return (await response.json()) as Answer;
}

/** Does a change; the answer of one without content is null. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
export async function write<Answer>({ method, path, body, revision }: Change): Promise<Answer> {
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(revision === undefined ? {} : { 'if-match': `"${revision}"` }),
  };
  const response = await send(addressOf(path, {}), {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (response.status === 204 ? null : await response.json()) as Answer;
}
