import { isJson, own, step, type Findings, type Json } from './faults.ts';
import type { Part } from './references.ts';

const SERVERS_MAX = 32;
const PATH = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@%-]{1,128}){0,16}$/u;

/** The path under which a document's own paths stand: what the operator says, or what all its servers agree on. */
export function basePath(document: Json, given: string | undefined, findings: Findings): string {
  if (given !== undefined) {
    const path = given.replace(/\/+$/u, '');
    if (!PATH.test(path)) findings.fault('', 'the path of the server must begin with / and be a plain path');
    return PATH.test(path) ? path : '';
  }
  return serversPath({ value: own(document, 'servers') ?? [], pointer: '/servers' }, findings);
}

/** The path under which servers stand, of the whole document or of a part of it (OpenAPI 3.1 §4.8.9). */
export function serversPath({ value: servers, pointer }: Part, findings: Findings): string {
  if (!Array.isArray(servers) || servers.length > SERVERS_MAX) {
    findings.fault(pointer, `must be a list of at most ${SERVERS_MAX} servers`);
    return '';
  }
  const paths = new Set<string>();
  for (const [index, server] of servers.entries()) {
    const path = pathOf(server);
    if (path === null) findings.fault(step(pointer, index), 'must have a url with a plain path');
    else paths.add(path);
  }
  if (paths.size > 1) findings.fault(pointer, `stand under different paths (${[...paths].join(', ')}): choose one with --server`);
  return [...paths][0] ?? '';
}

function pathOf(server: unknown): string | null {
  const url = isJson(server) ? own(server, 'url') : undefined;
  if (typeof url !== 'string' || url.length > 512 || !isJson(server)) return null;
  const filled = withDefaults(url, own(server, 'variables'));
  try {
    // A relative url is relative to where the document is served, which is at the application.
    const path = new URL(filled, 'http://application.invalid/').pathname.replace(/\/+$/u, '');
    return PATH.test(path) ? path : null;
  } catch {
    return null;
  }
}

/** OpenAPI 3.1 §4.8.6: `{name}` stands for the default of a variable. */
function withDefaults(url: string, variables: unknown): string {
  return url.replaceAll(/\{([^{}]{1,64})\}/gu, (whole, name: string) => {
    const variable = isJson(variables) ? own(variables, name) : undefined;
    const value = isJson(variable) ? own(variable, 'default') : undefined;
    return typeof value === 'string' ? value : whole;
  });
}
