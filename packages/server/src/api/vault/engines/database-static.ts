import {
  SHARED_SECRETS,
  slugSchema,
  targetNameSchema,
  type Rotation,
  type RotationPlan,
  type SecretRef,
} from '@holdfast/contract';
import { z } from 'zod';
import { Refusal } from '../../../platform/refusal.ts';
import { data, EMPTY, type JsonObject, type VaultAnswer } from '../wire/answer.ts';
import { bodyOf, callerOf, invalid, type VaultCall } from '../wire/call.ts';
import { durationSchema, seconds, timeOf } from '../wire/duration.ts';
import { decidedBelow, type VaultRoute } from '../wire/routes.ts';
import { listed, nameIn, type DatabaseParts } from './database-names.ts';

const DAY_MS = 86_400_000;
/** Roles that a Vault client set up are secrets here: `secret/database-static/NAME`. */
const ENVIRONMENT = 'database-static';
const schema = z.object({
  db_name: slugSchema,
  username: targetNameSchema,
  rotation_period: durationSchema,
});

const refOf = (call: VaultCall): SecretRef => ({ application: SHARED_SECRETS, environment: ENVIRONMENT, name: nameIn(call) });

/** Roles of a database that stay, and whose password is changed: a secret with a rotation. */
export function staticRoutes(parts: DatabaseParts): readonly VaultRoute[] {
  const { rotations, secrets } = parts;
  const planOf = async (call: VaultCall): Promise<RotationPlan> => {
    const plan = await rotations.plan(refOf(call), callerOf(call));
    if (plan === null) throw new Refusal('not-found');
    return plan;
  };
  const rotate = async (call: VaultCall): Promise<VaultAnswer> => {
    assertPublished(await rotations.start(refOf(call), { now: true }, callerOf(call)));
    return EMPTY;
  };
  const remove = async (call: VaultCall): Promise<VaultAnswer> => {
    await rotations.removePlan(refOf(call), callerOf(call));
    await secrets.remove(refOf(call), callerOf(call));
    return EMPTY;
  };
  const list = decidedBelow('secret:read', async (call) => {
    const plans = await rotations.plans({ application: SHARED_SECRETS, environment: ENVIRONMENT }, callerOf(call));
    return listed(plans.map(({ name }) => name));
  });
  return [
    { path: 'database/static-roles', operations: { list } },
    {
      path: 'database/static-roles/:name',
      operations: {
        read: decidedBelow('secret:read', async (call) => data(planData(await planOf(call)))),
        write: decidedBelow('secret:rotate', async (call) => save(parts, call)),
        delete: decidedBelow('secret:rotate', remove),
      },
    },
    {
      path: 'database/static-creds/:name',
      operations: { read: decidedBelow('secret:reveal', async (call) => credentials(parts, call)) },
    },
    { path: 'database/rotate-role/:name', operations: { write: decidedBelow('secret:rotate', rotate) } },
  ];
}

async function save({ databaseRoles, rotations, secrets }: DatabaseParts, call: VaultCall): Promise<VaultAnswer> {
  const { db_name: connection, username, rotation_period: everyMs } = bodyOf(call, schema);
  const found = (await databaseRoles.connections()).find(({ name }) => name === connection);
  if (found === undefined) throw invalid('there is no such connection', 'db_name');
  const ref = refOf(call);
  const caller = callerOf(call);
  // The place where the password goes; until the first rotation it holds none that is good.
  if ((await secrets.find(ref, caller)) === null) await secrets.write(ref, { data: { username, password: '' } }, caller);
  const everyDays = everyMs === null ? null : Math.max(1, Math.ceil(everyMs / DAY_MS));
  await rotations.setPlan({ ...ref, settings: { rotator: 'postgres', admin: found.admin, role: username }, everyDays }, caller);
  assertPublished(await rotations.start(ref, { now: true }, caller));
  return EMPTY;
}

/** What the engine says of the target is in its own words and names no secret. */
function assertPublished({ publishedAt, trouble }: Rotation): void {
  if (publishedAt === null) throw invalid(`the password was not changed: ${trouble ?? 'it takes long, and goes on'}`);
}

async function credentials({ rotations, secrets, clock }: DatabaseParts, call: VaultCall): Promise<VaultAnswer> {
  const ref = refOf(call);
  const { data: held, createdAt } = await secrets.read(ref, callerOf(call));
  const plan = await rotations.plan(ref, callerOf(call)).catch(() => null);
  return data({
    username: held['username'],
    password: held['password'],
    last_vault_rotation: timeOf(createdAt),
    rotation_period: seconds((plan?.everyDays ?? 0) * DAY_MS),
    ttl: plan?.nextAt === null || plan === null ? 0 : seconds(plan.nextAt - clock.now()),
  });
}

const planData = ({ settings, everyDays }: RotationPlan): JsonObject => ({
  username: settings.rotator === 'postgres' ? settings.role : '',
  rotation_period: seconds((everyDays ?? 0) * DAY_MS),
  rotation_statements: [],
  credential_type: 'password',
});
