import { secretRefSchema, type Rotation, type SecretRef } from '@holdfast/contract';
import { Refusal } from '../../../../platform/refusal.ts';
import type { Actor } from '../../../applications/index.ts';
import type { SecretCaller } from '../../../secrets/index.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ActionFor, ActionKind, StateOf } from '../action-kind.ts';
import { noImpact } from './impact.ts';
import { PLAIN } from './plain.ts';

type Parts = Pick<ResponseParts, 'secrets'>;
const SYSTEM: Actor = { kind: 'system', ref: 'response' };
const ROTATIONS_MAX = 10;

/** `shop/production/DATABASE_URL`. */
function refOf(text: string): SecretRef {
  const [application, environment, ...name] = text.split('/');
  const parsed = secretRefSchema.safeParse({ application, environment, name: name.join('/') });
  if (parsed.success) return parsed.data;
  throw new Refusal('input-invalid', { errors: [{ pointer: '/parameters/secret', detail: 'is APP/ENVIRONMENT/NAME' }] });
}

/** Whoever asks by hand was asked for `secret:rotate` before; what a playbook does, somebody has put into force. */
const callerOf = (actor: Actor, purpose: string): SecretCaller => ({
  principal: { actor, permissions: 'all' },
  purpose,
  via: 'rotation',
});

/** As its plan says: a new credential is made, set and verified before it is given to anybody. */
export function createRotateSecret({ secrets: { secrets, rotations } }: Parts): ActionKind<'rotate-secret'> {
  const looking = callerOf(SYSTEM, 'response: how the secret stands');
  const read = async (ref: SecretRef): Promise<StateOf> => {
    const detail = await secrets.find(ref, looking);
    // Going back writes what it repeats as a new version: by its content it is the one of before.
    const copies = new Map(detail?.versions.map(({ version, copyOf }) => [version, copyOf]));
    let version = detail?.currentVersion ?? null;
    // A copy is newer than what it repeats, so this ends.
    for (let of = version; of !== null; of = copies.get(of) ?? null) version = of;
    return { version };
  };
  /** Of this action, when a killed process had begun it. */
  const own = async (ref: SecretRef, { beganAt }: ActionFor): Promise<Rotation | undefined> => {
    const { items } = await rotations.list({ ...ref, limit: ROTATIONS_MAX }, looking);
    return items.find((one) => one.name === ref.name && !one.isDrill && one.startedAt >= beganAt);
  };
  return {
    name: 'rotate-secret',
    permission: 'secret:rotate',
    read: async ({ secret }) => read(refOf(secret)),
    async plan({ secret }) {
      const plan = await rotations.plan(refOf(secret), looking);
      const undo = plan?.settings.rotator === 'random' ? 'the version of before is current again' : null;
      return {
        ...PLAIN,
        summary: `rotates ${secret}`,
        impact: noImpact('who reads a secret is not counted in requests'),
        approvals: 1,
        why: ['a program that does not read it anew stops working when the overlap ends'],
        refused: plan === null ? 'nothing says how it is rotated: holdfast secret rotation set' : null,
        undo,
      };
    },
    async apply({ secret }, as) {
      const ref = refOf(secret);
      const rotation = (await own(ref, as)) ?? (await rotations.start(ref, {}, callerOf(as.actor, `action ${as.id}`)));
      if (rotation.publishedAt === null)
        throw new Refusal('conflict', { errors: [{ pointer: '', detail: rotation.trouble ?? 'it is not published yet' }] });
      // Elsewhere the old credential ends with the overlap, whatever is current here: going back would give out a dead one.
      const before = as.before['version'];
      const canGoBack = rotation.rotator === 'random' && typeof before === 'number';
      return {
        state: 'done',
        detail: `version ${rotation.newVersion} is current`,
        undo: canGoBack ? { version: before } : null,
      };
    },
    async undo({ secret }, undo, as) {
      const ref = refOf(secret);
      const version = Number(undo['version']);
      if ((await read(ref))['version'] === version) return `version ${version} is current already`;
      await secrets.rollback(ref, { version, note: `action ${as.id} undone` }, callerOf(as.actor, `action ${as.id}`));
      return `what version ${version} held is current again`;
    },
  };
}
