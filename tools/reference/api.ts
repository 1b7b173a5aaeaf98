import { cell, code, fenced, page, table } from './markdown.ts';
import { apiRoutes, type Operation, type Route } from './openapi.ts';
import { inWords, leavesOf, type Shape } from './shape.ts';

/** A body with more settings than this is the whole of an application, which stands in the configuration reference. */
const FIELDS_MAX = 16;

export async function apiPage(): Promise<string> {
  const routes = await apiRoutes();
  const tags = [...new Set(routes.map(({ operation }) => tagOf(operation)))];
  return page('Admin API', 'packages/server/src/api', [
    'It listens on the admin listener, loopback only, and answers JSON. The whole description in OpenAPI 3.1 is at `/api/openapi.json`.',
    'Every route below `/api/v1/` needs `Authorization: Bearer hf_…` with a token that carries the named [permission](permissions.md). Only the socket in the data directory needs none: whoever can open it is the operator of the host.',
    fenced('sh', [
      'holdfast token create --name reader --permission system:read > token',
      'curl -sk -H "Authorization: Bearer $(cat token)" https://127.0.0.1:9443/api/v1/system/status',
    ]),
    'A refusal is `application/problem+json` with a [code](problems.md). Lists take `limit` (at most 200) and the `cursor` that the page before gave as `next`. A `POST` with an `Idempotency-Key` is done once. Where an answer carries an `ETag`, `If-Match` makes the change conditional.',
    'Without a token: `/-/live`, `/-/startup`, `/-/ready`, `/metrics` (Prometheus text) and the start page `/`.',
    ...tags.map((tag) => section(tag, routes)),
  ]);
}

const tagOf = ({ tags }: Operation): string => tags?.[0] ?? 'other';

function section(tag: string, routes: readonly Route[]): string {
  const own = routes.filter(({ operation }) => tagOf(operation) === tag);
  const overview = table(
    ['method', 'path', 'permission', 'what it does'],
    own.map(({ method, path, operation }) => [
      method,
      code(path),
      code(operation['x-permission'] ?? ''),
      cell(operation.summary ?? ''),
    ]),
  );
  return [`## ${tag}`, overview.trim(), ...own.map((route) => inputs(route)).filter((text) => text !== '')].join('\n\n');
}

function inputs({ method, path, operation }: Route): string {
  const query = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema }) => [code(name), 'query', cell(inWords(schema ?? {}))]);
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  const fields = schema === undefined ? [] : leavesOf(schema);
  const isWhole = fields.length > FIELDS_MAX;
  const body = isWhole ? [] : fields.flatMap((field) => bodyRows(field.path, field.shape));
  const rows = unique([...query, ...body]);
  const note = isWhole ? 'The body holds the [settings of one application](configuration.md#settings-of-one-application).' : '';
  if (rows.length === 0 && note === '') return '';
  const list = rows.length === 0 ? '' : table(['field', 'in', 'value'], rows).trim();
  return [`### ${method} ${path}`, note, list].filter((part) => part !== '').join('\n\n');
}

/** A body that is one of several shapes lists the fields of each. */
function bodyRows(path: readonly string[], shape: Shape): string[][] {
  const choices = path.length === 0 ? (shape.anyOf ?? []) : [];
  if (choices.length > 0) return choices.flatMap((choice) => leavesOf(choice).flatMap((leaf) => bodyRows(leaf.path, leaf.shape)));
  return [[code(path.join('.')), 'body', cell(inWords(shape))]];
}

/** Two shapes of one body share fields. */
function unique(rows: readonly string[][]): readonly string[][] {
  return [...new Map(rows.map((row) => [row.join(' '), row])).values()];
}
