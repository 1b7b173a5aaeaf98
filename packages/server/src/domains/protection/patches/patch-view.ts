import type { GatewayPatch, PatchView } from '@holdfast/contract';
import { NO_HITS } from './hit-store.ts';
import type { Patch } from './patch-store.ts';

/** What the gateway is told of a patch. */
export function ruleOf(patch: Patch): GatewayPatch {
  const { id, application, method, route, location, parameter, match, finding, expiresAt, state } = patch;
  const action = state === 'enforce' ? 'block' : 'record';
  return { id, application, method, route, location, parameter, match, finding, expiresAt, action };
}

export function viewOf(patch: Patch, hits: PatchView['hits'] = NO_HITS): PatchView {
  const { was: _was, definedAt: _definedAt, warned: _warned, ...shown } = patch;
  return { ...shown, action: ruleOf(patch).action, hits };
}
