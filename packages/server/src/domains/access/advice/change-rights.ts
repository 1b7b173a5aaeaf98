import type { AdviceProposal, EventRecord } from '@holdfast/contract';
import type { Change, Rights } from './rights.ts';

type Actor = EventRecord['actor'];
type PolicyProposal = Extract<AdviceProposal, { kind: 'policy' }>;

export interface Changed {
  readonly done: AdviceProposal[];
  /** What stopped it half-way; null = nothing. */
  readonly fault: unknown;
}

/** Each that is as it was when it was proposed; the others are left alone. */
export async function applyItems(rights: Rights, items: readonly AdviceProposal[], actor: Actor): Promise<Changed> {
  return changeAll(rights, { items, actor, edit: remove });
}

export async function undoItems(rights: Rights, items: readonly AdviceProposal[], actor: Actor): Promise<Changed> {
  const back = items.map((item) => turned(item));
  const { done, fault } = await changeAll(rights, { items: back, actor, edit: restore });
  const ids = new Set(done.map(({ id }) => id));
  return { done: items.filter(({ id }) => ids.has(id)), fault };
}

/** The same change the other way round; a policy is turned where its text is edited. */
function turned(item: AdviceProposal): AdviceProposal {
  if (item.kind === 'token') return { ...item, from: item.to, to: item.from };
  // Nobody's role was none before it was taken, so there is always one to give back.
  if (item.kind === 'role') return { ...item, from: item.to, to: item.from } as AdviceProposal;
  return item;
}

type Edit = (text: string, item: PolicyProposal) => string | null;

/** A removed policy leaves this in its place, so that it comes back where it stood. */
const marker = ({ policy }: PolicyProposal): string => `// Removed by advice, never used: ${policy}`;

/** Null = the policy is not there as it was. */
const swap = (text: string, from: string, to: string): string | null => {
  const at = text.indexOf(from);
  return at === -1 ? null : `${text.slice(0, at)}${to}${text.slice(at + from.length)}`;
};
const remove: Edit = (text, item) => swap(text, item.from, item.to ?? marker(item));
const restore: Edit = (text, item) => swap(text, item.to ?? marker(item), item.from);

interface Changing {
  readonly items: readonly AdviceProposal[];
  readonly actor: Actor;
  readonly edit: Edit;
}

async function changeAll(rights: Rights, { items, actor, edit }: Changing): Promise<Changed> {
  const done: AdviceProposal[] = [];
  try {
    for (const item of items) {
      if (item.kind === 'policy') continue;
      const isDone =
        item.kind === 'token' ? await rights.setScopes(item.token, item, actor) : await rights.setRole(item.person, item, actor);
      if (isDone) done.push(item);
    }
    // One new version for each set, however many of its policies change.
    const policies = items.filter((item) => item.kind === 'policy');
    for (const set of new Set(policies.map((item) => item.set)))
      done.push(...(await changeSet(rights, { set, items: policies.filter((item) => item.set === set), actor, edit })));
    return { done, fault: null };
  } catch (fault) {
    return { done, fault };
  }
}

interface SetChanging extends Omit<Changing, 'items'> {
  readonly set: string;
  readonly items: readonly PolicyProposal[];
}

async function changeSet({ policies }: Rights, { set, items, actor, edit }: SetChanging): Promise<PolicyProposal[]> {
  const held = (await policies.inForce()).find((each) => each.set === set);
  if (held === undefined) return [];
  let { text } = held;
  const done = items.filter((item) => {
    const next = edit(text, item);
    if (next !== null) text = next;
    return next !== null;
  });
  const change: Change<string> = { from: held.text, to: text };
  return done.length > 0 && (await policies.replace(set, change, actor)) ? done : [];
}
