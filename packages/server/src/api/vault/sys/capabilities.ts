import { z } from 'zod';
import type { VaultParts } from '../ports.ts';
import { data, type VaultAnswer } from '../wire/answer.ts';
import { bodyOf, invalid, type Operation, type VaultCall } from '../wire/call.ts';
import { createRoutes, withToken, type Routes, type VaultRoute } from '../wire/routes.ts';

const PATHS_MAX = 100;
const path = z.string().max(1024);
const bodySchema = z.object({ path: z.union([path, z.array(path)]).nullish(), paths: z.array(path).nullish() });
/** In the order in which Vault names them. */
const WORDS: readonly (readonly [Operation, readonly string[]])[] = [
  ['write', ['create', 'update']],
  ['delete', ['delete']],
  ['list', ['list']],
  ['patch', ['patch']],
  ['read', ['read']],
];

/** What the caller could do at some paths. It follows from the same table that serves them, and nothing is recorded of it. */
export function capabilityRoutes(
  { access }: Pick<VaultParts, 'access'>,
  tableOf: () => readonly VaultRoute[],
): readonly VaultRoute[] {
  let routes: Routes | null = null;
  const capabilitiesAt = async (asked: string, { principal }: VaultCall): Promise<string[]> => {
    routes ??= createRoutes(tableOf());
    const segments = asked.split('/').filter((part) => part !== '');
    const found = segments.length === 0 ? null : routes.find(segments);
    const words: string[] = [];
    for (const [operation, names] of WORDS) {
      const handler = found?.route.operations[operation];
      if (handler === undefined) continue;
      const isFree = handler.kind === 'open' || handler.kind === 'token';
      if (isFree || (await access.api.mayHandOn(principal, handler.permission))) words.push(...names);
    }
    return words.length === 0 ? ['deny'] : words;
  };
  const self = async (call: VaultCall): Promise<VaultAnswer> => {
    const { path: one, paths } = bodyOf(call, bodySchema);
    const asked = paths ?? (one === null || one === undefined ? [] : [one].flat());
    if (asked.length === 0 || asked.length > PATHS_MAX) throw invalid(`paths: from 1 to ${PATHS_MAX}`);
    const answers: [string, string[]][] = [];
    for (const each of asked) answers.push([each, await capabilitiesAt(each, call)]);
    // `capabilities` is what older clients read, of a single path.
    const capabilities = answers.length === 1 ? { capabilities: answers[0]?.[1] ?? [] } : {};
    return data({ ...Object.fromEntries(answers), ...capabilities });
  };
  return [{ path: 'sys/capabilities-self', operations: { write: withToken(self) } }];
}
