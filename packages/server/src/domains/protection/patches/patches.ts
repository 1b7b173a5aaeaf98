import {
  patchTestSchema,
  type EventRecord,
  type Page,
  type PatchEnforce,
  type PatchInput,
  type PatchQuery,
  type PatchRemove,
  type PatchRestore,
  type PatchTest,
  type PatchView,
} from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor, Applications } from '../../applications/index.ts';
import { tablesOf, type ProtectionParts } from '../change.ts';
import type { Vault } from '../tuning/vault.ts';
import { createHitObserver } from './hit-observer.ts';
import { readTotals } from './hit-store.ts';
import {
  addPatch,
  draftOf,
  enforcePatch,
  keepTest,
  recordPatch,
  refuseUnreadable,
  removePatch,
  restorePatch,
  type By,
} from './patch-changes.ts';
import { isLive } from './patch-rules.ts';
import { listPatches, readPatch, type Patch } from './patch-store.ts';
import { sweepPatches } from './patch-sweep.ts';
import { testPatch, type Rehearse } from './patch-test.ts';
import { ruleOf, viewOf } from './patch-view.ts';

export interface PatchesParts extends ProtectionParts {
  readonly applications: Applications;
  readonly vault: Vault;
  /** Writes what tuning still holds in memory. */
  readonly flush: () => Promise<void>;
}

/** Who changes a patch, and which revision of it they saw; without one whatever it is now. */
export interface PatchBy {
  readonly actor: Actor;
  readonly revision?: number | null;
}

/** Small rules that close one hole each, until it is repaired. */
export interface Patches extends AsyncDisposable {
  /** New, or brought up to date when there is a live one of the same finding. */
  add(input: PatchInput, by: PatchBy): Promise<PatchView>;
  show(id: string): Promise<PatchView>;
  list(query: PatchQuery): Promise<Page<PatchView>>;
  /** The same of one that is not made yet: nothing is changed or kept. */
  tryOut(input: PatchInput): Promise<PatchTest>;
  /** What it would have done to honest requests; kept with the patch. */
  test(id: string, by: PatchBy): Promise<PatchTest>;
  enforce(id: string, input: PatchEnforce, by: PatchBy): Promise<PatchView>;
  /** Back to recording only. */
  record(id: string, input: PatchRemove, by: PatchBy): Promise<PatchView>;
  remove(id: string, input: PatchRemove, by: PatchBy): Promise<PatchView>;
  restore(id: string, input: PatchRestore, by: PatchBy): Promise<PatchView>;
  /** Every event of the gateway passes here. */
  observe(event: EventRecord): void;
  /** Who can try a rule on recent requests. */
  rehearseWith(rehearse: Rehearse): void;
  /** Says that patches end soon, and ends them; called each second. */
  sweep(): Promise<void>;
}

export function createPatches(parts: PatchesParts): Patches {
  const { db, clock, applications, vault } = parts;
  const tables = tablesOf(db);
  const observer = createHitObserver({ db, vault });
  let rehearse: Rehearse | null = null;

  const load = async (id: string, revision: number | null = null): Promise<Patch> => {
    const patch = await readPatch(tables, id);
    if (patch === null) throw new Refusal('not-found');
    if (revision !== null && patch.revision !== revision) throw new Refusal('precondition-failed');
    return patch;
  };
  const show = async (id: string): Promise<PatchView> => {
    await observer.flush();
    return viewOf(await load(id), (await readTotals(tables, [id])).get(id));
  };
  /** A change of a patch that is not over. */
  const changing =
    <Input>(act: (by: By<Input>) => Promise<void>) =>
    async (id: string, input: Input, { actor, revision = null }: PatchBy): Promise<PatchView> => {
      await act({ patch: live(await load(id, revision)), input, actor });
      return show(id);
    };
  const flush = async (): Promise<void> => {
    await parts.flush();
    await observer.flush();
  };
  return {
    async tryOut(input) {
      await check(applications, input);
      const draft = draftOf(input, { id: parts.newId(), now: clock.now() });
      return patchTestSchema.parse(await testPatch({ db, clock, vault, rehearse, flush }, draft, ruleOf(draft)));
    },
    async add(input, { actor }) {
      await check(applications, input);
      return show(await addPatch(parts, input, actor));
    },
    show,
    async list(query) {
      await observer.flush();
      const found = await listPatches(tables, query);
      const shown = found.slice(0, query.limit);
      const ids = shown.map(({ id }) => id);
      const totals = await readTotals(tables, ids);
      const items = shown.map((patch) => viewOf(patch, totals.get(patch.id)));
      return { items, next: found.length > query.limit ? (items.at(-1)?.id ?? null) : null };
    },
    async test(id, { actor, revision = null }) {
      const patch = live(await load(id, revision));
      const test = await testPatch({ db, clock, vault, rehearse, flush }, patch, ruleOf(patch));
      await keepTest(parts, { patch, input: patchTestSchema.parse(test), actor });
      return test;
    },
    enforce: changing((by: By<PatchEnforce>) => enforcePatch(parts, by)),
    record: changing((by: By<PatchRemove>) => recordPatch(parts, by)),
    remove: changing((by: By<PatchRemove>) => removePatch(parts, by)),
    async restore(id, input, { actor, revision = null }) {
      const patch = await load(id, revision);
      if (!isLive(patch.state)) await restorePatch(parts, { patch, input, actor });
      return show(id);
    },
    observe: (event) => observer.observe(event),
    rehearseWith(given) {
      rehearse = given;
    },
    sweep: async () => sweepPatches(parts),
    [Symbol.asyncDispose]: () => observer[Symbol.asyncDispose](),
  };
}

async function check(applications: Applications, input: PatchInput): Promise<void> {
  refuseUnreadable(input);
  const known = (await applications.list()).some(({ application }) => application.id === input.application);
  if (!known) throw new Refusal('input-invalid', { errors: [{ pointer: '/application', detail: 'no such application' }] });
}

function live(patch: Patch): Patch {
  if (isLive(patch.state)) return patch;
  const detail = `it is ${patch.state}: holdfast patch restore ${patch.id}`;
  throw new Refusal('conflict', { errors: [{ pointer: '', detail }] });
}
