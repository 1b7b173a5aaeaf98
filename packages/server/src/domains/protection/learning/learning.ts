import {
  type LearnedRoute,
  type SchemaAccept,
  type SchemaCheck,
  type SchemaImport,
  type SchemaImported,
  type SchemaModeInput,
  type SchemaProposal,
  type SchemaRestore,
  type SchemaStatus,
  type SchemaVersion,
  type SchemaVersionView,
  type SchemaWithdraw,
} from '@holdfast/contract';
import { proposeSchema, type LearnedModel } from '@holdfast/inspect';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor, Applications } from '../../applications/index.ts';
import { tablesOf, type ProtectionParts } from '../change.ts';
import { documentJobs } from '../documents/bringing/run-job.ts';
import type { SeenTraffic } from '../tuning/tuning.ts';
import { accept, restore, setMode, withdraw } from './accepting.ts';
import { bring } from './bring.ts';
import { createCoverage, type Coverage } from './coverage.ts';
import { digestOfText, readFragmentAside, readFragmentText, readyFragment } from './fragments.ts';
import { readLearned } from './learned-store.ts';
import { createObserver } from './observer.ts';
import { learnedRoutes } from './routes.ts';
import { inForce, readFragment, readVersions } from './schema-store.ts';

/** Schemas of applications: learned, proposed, accepted by a person, withdrawn. */
export interface Learning extends AsyncDisposable {
  /** What one gateway learned since it last told. */
  observe(application: string, model: string): void;
  status(application: string): Promise<SchemaStatus>;
  routes(application: string): Promise<LearnedRoute[]>;
  propose(application: string): Promise<SchemaProposal>;
  show(application: string, version: number | 'current'): Promise<SchemaVersionView>;
  accept(application: string, input: SchemaAccept, actor: Actor): Promise<SchemaVersion>;
  /** Whether the one in force refuses what does not fit, or only records it. */
  setMode(application: string, input: SchemaModeInput, actor: Actor): Promise<SchemaVersion>;
  /** An earlier version is in force again. */
  restore(
    at: { readonly application: string; readonly version: number },
    input: SchemaRestore,
    actor: Actor,
  ): Promise<SchemaVersion>;
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
  const jobs = documentJobs();
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
      return accept({ ...parts, jobs }, id, { input, actor });
    },
    async setMode(id, input, actor) {
      await applications.get(id);
      return setMode(parts, id, { input, actor });
    },
    async restore(at, input, actor) {
      await applications.get(at.application);
      return restore({ ...parts, jobs }, at, { input, actor });
    },
    async withdraw(id, input, actor) {
      await applications.get(id);
      await withdraw(parts, id, { input, actor });
      return statusOf(parts, await read(id));
    },
    async check(id, fragment) {
      const { model } = await read(id);
      const reading = await readFragmentAside(fragment, jobs);
      if (reading.kind === 'faulty')
        return { faults: reading.faults.map(({ pointer, detail }) => ({ pointer, detail })), operations: 0, uncovered: [] };
      const uncovered = learnedRoutes(model, fragment).filter(({ covered }) => covered === 'no');
      return { faults: [], operations: reading.fragment.operations, uncovered };
    },
    async readDocument(id, input) {
      const { model } = await read(id);
      return bring(input, { jobs, live: await coverage.live(id), model, current: await currentFragment(parts, id) });
    },
    coverage,
    [Symbol.asyncDispose]: () => observer[Symbol.asyncDispose](),
  };
}

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
  const { text: sorted } = readyFragment(readFragmentText(JSON.parse(text)));
  return { fragment: JSON.parse(text) as Record<string, unknown>, digest: digestOfText(sorted) };
}

async function currentFragment({ db }: LearningParts, id: string): Promise<unknown> {
  const version = inForce(await readVersions(tablesOf(db), id))?.version;
  const text = version === undefined ? null : await readFragment(tablesOf(db), id, version);
  return text === null ? null : JSON.parse(text);
}
