import {
  controlEvents,
  type LearnedRoute,
  type SchemaAccept,
  type SchemaCheck,
  type SchemaImport,
  type SchemaImported,
  type SchemaProposal,
  type SchemaStatus,
  type SchemaVersion,
  type SchemaVersionView,
  type SchemaWithdraw,
} from '@holdfast/contract';
import { proposeSchema, type LearnedModel } from '@holdfast/inspect';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor, type Applications } from '../../applications/index.ts';
import { change, tablesOf, type ProtectionParts } from '../change.ts';
import { importDocument } from '../documents/document-schema.ts';
import type { SeenTraffic } from '../tuning/tuning.ts';
import { createCoverage, type Coverage } from './coverage.ts';
import { digestOfText, isDeeper, readFragmentText, readyFragment, TOO_DEEP } from './fragments.ts';
import { readLearned } from './learned-store.ts';
import { createObserver } from './observer.ts';
import { learnedRoutes, unlistedNames } from './routes.ts';
import { inForce, insertVersion, markWithdrawn, readFragment, readVersions } from './schema-store.ts';

/** Schemas of applications: learned, proposed, accepted by a person, withdrawn. */
export interface Learning extends AsyncDisposable {
  /** What one gateway learned since it last told. */
  observe(application: string, model: string): void;
  status(application: string): Promise<SchemaStatus>;
  routes(application: string): Promise<LearnedRoute[]>;
  propose(application: string): Promise<SchemaProposal>;
  show(application: string, version: number | 'current'): Promise<SchemaVersionView>;
  accept(application: string, input: SchemaAccept, actor: Actor): Promise<SchemaVersion>;
  /** Ends the one in force; the one before it comes back, unless all are to end. */
  withdraw(application: string, input: SchemaWithdraw, actor: Actor): Promise<SchemaStatus>;
  check(application: string, fragment: unknown): Promise<SchemaCheck>;
  /** Reads a whole OpenAPI document into the form that is kept, and tells what it would leave unlisted. Changes nothing. */
  readDocument(application: string, input: SchemaImport): Promise<SchemaImported>;
  readonly coverage: Pick<Coverage, 'show' | 'shares'>;
}

export interface LearningParts extends ProtectionParts {
  readonly applications: Applications;
  readonly log: Log;
  readonly seen: SeenTraffic;
}

export function createLearning(parts: LearningParts): Learning {
  const { db, applications } = parts;
  const observer = createObserver(parts);
  const coverage = createCoverage(parts);
  /** Refuses an application that is not there, and has everything that was told in the table. */
  const read = async (id: string): Promise<Reading> => {
    const { application } = await applications.get(id);
    await observer.flush();
    return { id, learning: application.learning, ...(await readLearned(tablesOf(db), id)) };
  };
  return {
    observe: (application, model) => observer.observe(application, model),
    status: async (id) => statusOf(parts, await read(id)),
    async routes(id) {
      const { model } = await read(id);
      return learnedRoutes(model, await currentFragment(parts, id));
    },
    async propose(id) {
      const { model } = await read(id);
      if (model.requests === 0) throw new Refusal('schema-unlearned');
      const { fragment, digest } = proposalOf(id, model);
      return { fragment, digest, requests: model.requests };
    },
    async show(id, version) {
      await applications.get(id);
      const versions = await readVersions(tablesOf(db), id);
      const found = (version === 'current' ? inForce(versions) : versions.find((each) => each.version === version)) ?? null;
      const text = found === null ? null : await readFragment(tablesOf(db), id, found.version);
      if (found === null || text === null) throw new Refusal('schema-missing');
      // Written by `accept` as an object.
      return { ...found, fragment: JSON.parse(text) as Record<string, unknown> };
    },
    async accept(id, input, actor) {
      await applications.get(id);
      return accept(parts, id, { input, actor });
    },
    async withdraw(id, input, actor) {
      await applications.get(id);
      await withdraw(parts, id, { input, actor });
      return statusOf(parts, await read(id));
    },
    async check(id, fragment) {
      const { model } = await read(id);
      const reading = readFragmentText(fragment);
      if (reading.kind === 'faulty') return { faults: [...reading.faults], operations: 0, uncovered: [] };
      const uncovered = learnedRoutes(model, fragment).filter(({ covered }) => covered === 'no');
      return { faults: [], operations: reading.fragment.operations, uncovered };
    },
    async readDocument(id, { document, ...options }) {
      const { model } = await read(id);
      const brought = isDeeper(document) ? TOO_DEEP : importDocument(document, options);
      if (brought.kind === 'faulty')
        return { faults: [...brought.faults], notes: [], operations: 0, fragment: null, preview: null };
      const { fragment, schema, notes } = brought;
      const tooLong = readFragmentText(fragment);
      if (tooLong.kind === 'faulty')
        return { faults: [...tooLong.faults], notes: [], operations: 0, fragment: null, preview: null };
      const preview = await coverage.preview(id, (method, path) => schema.routeFor(method, path) !== null);
      const unlisted = [...preview.unlisted, ...unlistedNames(model, schema)].slice(0, PREVIEWED_MAX);
      return { faults: [], notes: [...notes], operations: schema.operations, fragment, preview: { ...preview, unlisted } };
    },
    coverage,
    [Symbol.asyncDispose]: () => observer[Symbol.asyncDispose](),
  };
}

const PREVIEWED_MAX = 100;

interface Reading {
  readonly id: string;
  readonly learning: 'on' | 'off';
  readonly model: LearnedModel;
  readonly since: number | null;
  readonly updatedAt: number | null;
}

async function statusOf({ db }: LearningParts, { id, learning, model, since, updatedAt }: Reading): Promise<SchemaStatus> {
  const history = await readVersions(tablesOf(db), id);
  return {
    application: id,
    learning,
    requests: model.requests,
    since,
    updatedAt,
    routes: model.routes.size,
    parameters: model.parameters,
    inForce: inForce(history),
    history,
  };
}

function proposalOf(id: string, model: LearnedModel): { fragment: Record<string, unknown>; digest: string } {
  // Through JSON: what is proposed is exactly what can be written down, with names that have no prototype behind them.
  const text = JSON.stringify(proposeSchema(model, { title: id }));
  const { text: sorted } = readyFragment(JSON.parse(text));
  return { fragment: JSON.parse(text) as Record<string, unknown>, digest: digestOfText(sorted) };
}

async function currentFragment({ db }: LearningParts, id: string): Promise<unknown> {
  const version = inForce(await readVersions(tablesOf(db), id))?.version;
  const text = version === undefined ? null : await readFragment(tablesOf(db), id, version);
  return text === null ? null : JSON.parse(text);
}

async function accept(
  parts: LearningParts,
  application: string,
  { input, actor }: { readonly input: SchemaAccept; readonly actor: Actor },
): Promise<SchemaVersion> {
  const { text, digest, operations } = readyFragment(input.fragment);
  const reason = input.reason ?? null;
  return change(parts, async ({ tx, now, events }) => {
    const current = inForce(await readVersions(tx, application));
    // The same again changes nothing, and nothing is recorded.
    if (current?.digest === digest) return current;
    const by = actorName(actor);
    const made = await insertVersion(tx, { application, digest, fragment: text, operations, at: now, by, reason });
    const payload = { version: made.version, digest, operations };
    const fields = { actor, application, target: digest, payload, ...(reason === null ? {} : { reason }) };
    events.push(parts.bus.newEvent(controlEvents.schemaAccepted, fields));
    return made;
  });
}

async function withdraw(
  parts: LearningParts,
  application: string,
  { input, actor }: { readonly input: SchemaWithdraw; readonly actor: Actor },
): Promise<void> {
  await change(parts, async ({ tx, now, events }) => {
    const current = inForce(await readVersions(tx, application));
    if (current === null) throw new Refusal('schema-missing');
    const version = input.all === true ? null : current.version;
    await markWithdrawn(tx, { application, version, at: now, by: actorName(actor) });
    const payload = { version: current.version, digest: current.digest, cause: 'operator' as const };
    const reason = input.reason === undefined ? {} : { reason: input.reason };
    const fields = { actor, application, target: current.digest, payload, ...reason };
    events.push(parts.bus.newEvent(controlEvents.schemaWithdrawn, fields));
  });
}
