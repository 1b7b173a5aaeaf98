import type { ActionInput, Impact } from '@holdfast/contract';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { Actor } from '../../applications/index.ts';
import type { ActionKind, Planned } from './action-kind.ts';
import type { Actions, Asking } from './actions.ts';
import { createActions } from './create-actions.ts';
import { noImpact } from './kinds/impact.ts';

export const ANN: Actor = { kind: 'operator', ref: 'person:01J8Z3K4M5N6P7Q8R9S0T1V2WA' };
export const BEN: Actor = { kind: 'operator', ref: 'person:01J8Z3K4M5N6P7Q8R9S0T1V2WB' };
export const CAT: Actor = { kind: 'operator', ref: 'person:01J8Z3K4M5N6P7Q8R9S0T1V2WC' };
export const by = (actor: Actor) => ({ actor, session: undefined });

/** What a test wants the one kind of action to say and do. */
export interface World {
  /** What is banned, and by what. */
  readonly bans: Map<string, string>;
  /** What was done outside, in order. */
  readonly effects: string[];
  plan: Partial<Planned>;
  /** Thrown when it is done, undone. */
  applying: Error | null;
  undoing: Error | null;
}

export const many = (share: number, clients = 100): Impact => ({ ...noImpact(null), share, clients, requests: clients });
export const guard = (detail: string): Refusal => new Refusal('ban-unsafe', { errors: [{ pointer: '', detail }] });

/** Bans in a map: like a real one it looks first, and tells its own from those of others. */
function worldly(world: World): ActionKind<'ban-source'> {
  return {
    name: 'ban-source',
    permission: 'ban:write',
    read: async ({ prefix }) => Promise.resolve({ by: world.bans.get(prefix) ?? null }),
    plan: async ({ prefix, forSeconds }, now) =>
      Promise.resolve({
        summary: `bans ${prefix}`,
        impact: noImpact(null),
        approvals: 0,
        why: [],
        refused: null,
        isEffective: world.bans.has(prefix),
        undo: 'unbans',
        expiresAt: forSeconds === null ? null : now + forSeconds * 1000,
        ...world.plan,
      }),
    async apply({ prefix }, { id }) {
      if (world.applying !== null) throw world.applying;
      if (world.bans.get(prefix) !== id) world.effects.push(`ban ${prefix}`);
      world.bans.set(prefix, id);
      return Promise.resolve({ state: 'effective', detail: `${prefix} is banned`, undo: { prefix } });
    },
    async undo({ prefix }, _undo, { id }) {
      if (world.undoing !== null) throw world.undoing;
      if (world.bans.get(prefix) === id) {
        world.bans.delete(prefix);
        world.effects.push(`unban ${prefix}`);
      }
      return Promise.resolve(`${prefix} is not banned any more`);
    },
  };
}

export interface ActionsStand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly keyring: Keyring;
  readonly world: World;
  /** As a process that starts; `killAt` = where it is killed. */
  open(killAt?: string): Actions;
  clear(): Promise<void>;
}

/** Thrown where a process would be killed: nothing of it runs on. */
export class Killed extends Error {}

export async function openActionsStand(): Promise<ActionsStand> {
  const platform = await openTestPlatform();
  await mkdir(join(platform.dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir: platform.dataDir });
  const world: World = { bans: new Map(), effects: [], plan: {}, applying: null, undoing: null };
  const kinds = { 'ban-source': worldly(world) };
  return {
    platform,
    keyring,
    world,
    open: (killAt) =>
      createActions({
        ...platform,
        log: silentLog,
        keyring,
        node: 'one',
        kinds: () => kinds,
        behindToken: async (token) => Promise.resolve(token === 'of-ben' ? `operator:${BEN.ref}` : null),
        fault(name) {
          if (name === killAt) throw new Killed(name);
        },
      }),
    async clear() {
      await platform.db.query('delete from incident_action');
      platform.recorded.length = 0;
      world.bans.clear();
      world.effects.length = 0;
      Object.assign(world, { plan: {}, applying: null, undoing: null });
    },
    [Symbol.asyncDispose]: async () => platform[Symbol.asyncDispose](),
  };
}

export const banOf = (
  given: Partial<Extract<ActionInput, { action: 'ban-source' }>> & { readonly prefix?: string } = {},
): ActionInput => {
  const { prefix = '203.0.113.9', ...rest } = given;
  return { action: 'ban-source', parameters: { prefix, forSeconds: 600 }, incident: null, reason: 'a scanner', ...rest };
};
export const asking = (actor: Actor = ANN): Asking => ({ actor, may: () => true });
