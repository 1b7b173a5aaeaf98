import {
  API_POLICIES,
  SECRET_POLICIES,
  WHO_CAN_MAX,
  type CompiledPolicy,
  type DecideInput,
  type OneAnswer,
  type PolicyAnswer,
  type WhoCan,
  type WhoCanQuery,
} from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/refusal.ts';
import { toApiRequest } from './cedar/api-request.ts';
import { toPolicyRequest, VISITOR, type Asker } from './cedar/application-request.ts';
import { createPolicyEngine, type Verdict } from './cedar/engine.ts';
import { ownPolicies } from './cedar/own-policies.ts';
import { indexRoutes } from './cedar/route-index.ts';
import { asAccount, asPerson, readAll, type Directory } from './directory.ts';
import type { PolicySets } from './policies/policy-sets.ts';
import { rightsOfRoles } from './roles.ts';

export interface QuestionParts {
  readonly policies: Pick<PolicySets, 'status' | 'ready' | 'tried'>;
  readonly directory: Directory;
  readonly clock: Clock;
}

interface Answered {
  readonly verdict: Pick<Verdict, 'allowed' | 'policies' | 'errors'> & { readonly why: Verdict['why'] | 'no-policies' };
  readonly route: string | null;
}
type Judge = (asker: Asker) => Answered;

const NO_POLICIES: Answered = { verdict: { allowed: true, why: 'no-policies', policies: [], errors: [] }, route: null };
/** People between two turns of the event loop: gateways of this process answer meanwhile. */
const AT_ONCE = 50;

/** How the set in force, or a text that is tried, judges one question whoever asks it. */
async function judgeFor(
  { policies, clock }: QuestionParts,
  set: string,
  question: WhoCanQuery & { readonly text?: string | undefined },
): Promise<Judge> {
  if (set === SECRET_POLICIES) {
    const detail = 'who may do what with a secret is asked by its address: holdfast secret who-can REF';
    throw new Refusal('input-invalid', { errors: [{ pointer: '/set', detail }] });
  }
  await policies.status(set);
  const own = question.text === undefined ? await policies.ready(set) : policies.tried(set, question.text);
  if (set === API_POLICIES) return judgeCalls(own?.policies ?? [], question);
  if (own === null) return () => NO_POLICIES;
  const engine = createPolicyEngine(own.policies);
  const routes = indexRoutes(own.policies.flatMap((policy) => policy.routes));
  const { method, path, address } = question;
  const now = clock.now();
  return (asker) => {
    const call = { application: set, asker, method, path, address, secure: true, now };
    const { request, route } = toPolicyRequest(call, routes);
    return { verdict: engine.decide(request), route };
  };
}

function judgeCalls(added: readonly CompiledPolicy[], { permission, method }: WhoCanQuery): Judge {
  if (permission === undefined) {
    throw new Refusal('input-invalid', { errors: [{ pointer: '/permission', detail: 'which permission is asked about' }] });
  }
  const engine = createPolicyEngine([...ownPolicies({ roles: rightsOfRoles }), ...added]);
  // What is written on a token is another matter: asked is what the policies say of an account whose token carries it.
  const scopes = [permission];
  return (asker) => ({
    verdict: engine.decide(toApiRequest({ asker, permission, method, elevated: true, scopes })),
    route: null,
  });
}

const answerOf = ({ verdict: { allowed, why, policies, errors } }: Answered) => ({
  allowed,
  why,
  policies: [...policies],
  errors: [...errors],
});

/** Decides one question, in force nowhere: for whoever writes policies. */
export async function decideOne(parts: QuestionParts, set: string, input: DecideInput): Promise<PolicyAnswer> {
  const judge = await judgeFor(parts, set, input);
  const { asker, name } = await findAsker(parts, input);
  const answered = judge(asker);
  return { ...answerOf(answered), asker: { kind: asker.kind, id: asker.id, name }, route: answered.route };
}

async function findAsker(
  { directory, clock }: QuestionParts,
  { person, account, groups, role, acr }: DecideInput,
): Promise<{ asker: Asker; name: string | null }> {
  if (person !== undefined) {
    const found = (await directory.people.find(person)) ?? (await directory.people.findByName(person));
    if (found === null) throw unknown('/person', 'there is no such person');
    return { asker: asPerson(found, acr, clock.now()), name: found.name };
  }
  if (account !== undefined) {
    const found = await directory.accounts.find(account);
    if (found === null) throw unknown('/account', 'there is no such account');
    return { asker: asAccount(found.id), name: found.name };
  }
  if (groups === undefined && role === undefined) return { asker: VISITOR, name: null };
  return { asker: asPerson({ id: '', role: role ?? null, groups: groups ?? [] }, acr, clock.now()), name: null };
}

const unknown = (pointer: string, detail: string): Refusal => new Refusal('input-invalid', { errors: [{ pointer, detail }] });

/** Tells of everybody who is known what they may. */
export async function whoCan(parts: QuestionParts, set: string, query: WhoCanQuery): Promise<WhoCan> {
  const judge = await judgeFor(parts, set, query);
  const { directory, clock } = parts;
  const people = await readAll(directory.people, WHO_CAN_MAX);
  const accounts = await readAll(directory.accounts, WHO_CAN_MAX);
  const active = people.items.filter(({ status }) => status === 'active');
  const groups = [...new Set(people.items.flatMap((person) => person.groups))].toSorted();
  const now = clock.now();
  const ask = async (asked: readonly (readonly [Asker, string])[]): Promise<OneAnswer[]> => {
    const answers: OneAnswer[] = [];
    for (const [index, [asker, name]] of asked.entries()) {
      answers.push({ id: asker.id, name, ...answerOf(judge(asker)) });
      if (index % AT_ONCE === AT_ONCE - 1) await turn();
    }
    return answers;
  };
  const asGroup = (group: string): Asker => asPerson({ id: '', role: null, groups: [group] }, query.acr, now);
  return {
    set,
    // Nobody calls the API without having said who they are.
    visitor: set === API_POLICIES ? null : answerOf(judge(VISITOR)),
    people: await ask(active.map((person) => [asPerson(person, query.acr, now), person.name] as const)),
    groups: (await ask(groups.slice(0, WHO_CAN_MAX).map((group) => [asGroup(group), group] as const))).map((answer) => ({
      ...answer,
      id: answer.name,
    })),
    accounts: await ask(
      accounts.items.filter(({ status }) => status === 'active').map(({ id, name }) => [asAccount(id), name] as const),
    ),
    isCut: people.isCut || accounts.isCut || groups.length > WHO_CAN_MAX,
  };
}

async function turn(): Promise<void> {
  // oxlint-disable-next-line promise/avoid-new -- a turn of the event loop speaks callbacks only
  await new Promise((resolve) => void setImmediate(resolve));
}
