import { detectionEvents, type BulkRouteInput, type BulkRouteView } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import { Refusal } from '../../../../platform/refusal.ts';
import { createUlid } from '../../../../platform/ulid.ts';
import { actorName, type Actor } from '../../../applications/index.ts';
import type { BulkRoute } from '../../watch/watch.ts';
import { change, type Change, type ChangeParts } from '../change.ts';
import type { RuleDb } from '../tables.ts';

/** Whoever marks everything watches nothing. */
const ROUTES_MAX = 200;

/** Routes of which much may be fetched, as people see and set them. */
export interface BulkRoutes {
  list(): Promise<readonly BulkRouteView[]>;
  add(input: BulkRouteInput, actor: Actor): Promise<BulkRouteView>;
  remove(id: string, actor: Actor): Promise<void>;
}

export function createBulkRoutes(parts: ChangeParts & { readonly tables: () => RuleDb }): BulkRoutes {
  const newId = createUlid({ clock: parts.clock, random: (bytes) => randomBytes(bytes) });
  return {
    list: async () => readViews(parts.tables()),
    add: async (input, actor) =>
      change(parts, async (under) => {
        const held = await readViews(under.tx);
        if (held.length >= ROUTES_MAX) throw conflict(`there are ${ROUTES_MAX} already`);
        if (held.some(({ application, route }) => application === input.application && route === input.route))
          throw conflict('is marked already');
        const made = { ...input, id: newId(), createdAt: under.now, createdBy: actorName(actor) };
        const { createdAt: created_at, createdBy: created_by, ...row } = made;
        await under.tx
          .insertInto('detection_bulk_route')
          .values({ ...row, created_at, created_by })
          .execute();
        tell(parts, under, { ...made, actor, change: 'added' });
        return made;
      }),
    remove: async (id, actor) =>
      change(parts, async (under) => {
        const row = await under.tx.deleteFrom('detection_bulk_route').where('id', '=', id).returningAll().executeTakeFirst();
        if (row === undefined) throw new Refusal('not-found');
        tell(parts, under, { ...row, actor, change: 'removed' });
      }),
  };
}

const conflict = (detail: string): Refusal => new Refusal('conflict', { errors: [{ pointer: '/route', detail }] });

type Told = Pick<BulkRouteView, 'id' | 'application' | 'route' | 'reason'> & {
  readonly actor: Actor;
  readonly change: 'added' | 'removed';
};

function tell({ bus }: ChangeParts, { events, touch }: Change, told: Told): void {
  const { id, application, route, reason, actor, change: word } = told;
  const payload = { route, change: word };
  events.push(bus.newEvent(detectionEvents.bulkRouteChanged, { actor, application, target: id, reason, payload }));
  touch();
}

async function readViews(db: RuleDb): Promise<readonly BulkRouteView[]> {
  const rows = await db.selectFrom('detection_bulk_route').selectAll().orderBy('application').orderBy('route').execute();
  return rows.map(({ created_at: createdAt, created_by: createdBy, ...row }) => ({ ...row, createdAt, createdBy }));
}

/** What the watch is given. */
export const readBulkRoutes = async (db: RuleDb): Promise<readonly BulkRoute[]> =>
  (await readViews(db)).map(({ application, route }) => ({ application, route }));
