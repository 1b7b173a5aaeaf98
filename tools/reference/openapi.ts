import { PERMISSIONS, type Permission } from '@holdfast/contract';
import { createApi } from '../../packages/server/src/api/create-api.ts';
import type { ApiParts } from '../../packages/server/src/api/parts.ts';
import type { Shape } from './shape.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Shape;
}

export interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly 'x-permission'?: Permission;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Shape }>> };
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The routes as the API describes itself at `/api/openapi.json`, in the order in which they are mounted. */
export async function apiRoutes(): Promise<readonly Route[]> {
  // Nothing of these parts is called: the document is made of the route definitions alone.
  const trust = { kind: 'host-operator', uid: 0 };
  const parts = {
    domains: {},
    system: {},
    people: {},
    watching: {},
    secrets: { ownKeys: {} },
    uploads: {},
    detection: { rules: {}, alerts: {}, channels: {}, intel: {}, health: {} },
    response: { cases: {}, actions: {}, board: {}, playbooks: {}, runs: {}, clocks: {}, recovery: {} },
    advisor: {},
    keys: {},
    seal: {},
    maintenance: {},
    log: {},
    trust,
  } as unknown as ApiParts;
  const response = await createApi(parts).request('/api/openapi.json');
  // OpenAPI 3.1 by contract of the route; the parts that are read are named above.
  const document = (await response.json()) as OpenApi;
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

export function routesNeeding(routes: readonly Route[]): ReadonlyMap<Permission, readonly Route[]> {
  return new Map(
    PERMISSIONS.map((permission) => [permission, routes.filter(({ operation }) => operation['x-permission'] === permission)]),
  );
}
