import type {
  Application,
  ApplicationInput,
  ApplicationView,
  ModeChange,
  ModeHistoryEntry,
  Page,
  PageQuery,
} from '@holdfast/contract';
import type { Transaction } from '../../platform/db/database.ts';
import { Refusal } from '../../platform/refusal.ts';
import { applyDeclared, withdraw } from './declared.ts';
import { toConfiguration } from './domain.ts';
import { replaceApplications } from './replace.ts';
import * as service from './service.ts';
import type { ApplicationParts, ChangeBy } from './service.ts';
import { readApplications } from './store.ts';
import type { ApplicationTables } from './tables.ts';

type ChangeListener = ApplicationParts['changed'];

/** The protected applications: what each is, where it is, and what Holdfast does for it. */
export interface Applications {
  list(): Promise<ApplicationView[]>;
  get(id: string): Promise<ApplicationView>;
  create(application: Application, by: ChangeBy): Promise<ApplicationView>;
  update(application: Application, by: ChangeBy): Promise<ApplicationView>;
  /** Changes part of the settings as they are at that moment. */
  adjust(id: string, by: ChangeBy, next: (current: Application) => Application): Promise<ApplicationView>;
  /** The same within a change of another domain. */
  adjustIn(
    transaction: Transaction,
    id: string,
    by: ChangeBy & { readonly next: (current: Application) => Application },
  ): Promise<ApplicationView>;
  remove(id: string, by: ChangeBy): Promise<void>;
  setMode(id: string, by: ChangeBy & { readonly change: ModeChange }): Promise<ApplicationView>;
  modeHistory(id: string, query: PageQuery): Promise<Page<ModeHistoryEntry>>;
  applyDeclared(declared: readonly ApplicationInput[]): Promise<ApplicationView[]>;
  /** Takes one declared application away, if it is there: its declaration went with an earlier process. */
  withdraw(id: string): Promise<void>;
  /** Makes the applications exactly these again, for going back to an earlier policy. */
  replaceIn(transaction: Transaction, applications: readonly Application[], by: ChangeBy): Promise<void>;
  /** Tells domains to the right, after a change is durable, that the policy is another one now. */
  onChange(listener: ChangeListener): void;
  /** As they stand in holdfast.yaml. */
  exportConfiguration(): Promise<Record<string, unknown>[]>;
}

export function createApplications(given: Omit<ApplicationParts, 'changed'>): Applications {
  const listeners: ChangeListener[] = [];
  const parts: ApplicationParts = {
    ...given,
    changed: (cause, actor) => {
      for (const listener of listeners) listener(cause, actor);
    },
  };
  const { change } = service;
  const list = async (): Promise<ApplicationView[]> =>
    (await readApplications(parts.db.kysely.withTables<ApplicationTables>())).map(service.toView);
  const adjustOne = async (step: service.Change, id: string, next: (current: Application) => Application) => {
    const before = service.find(step.all, id);
    return service.toView(await service.rewriteApplication(step, before, { ...before, application: next(before.application) }));
  };
  const adjust: Applications['adjust'] = async (id, by, next) => change(parts, by, async (step) => adjustOne(step, id, next));
  return {
    list,
    adjust,
    adjustIn: async (transaction, id, by) =>
      service.changeIn({ ...parts, transaction }, by, async (step) => adjustOne(step, id, by.next)),
    async get(id) {
      const found = (await list()).find(({ application }) => application.id === id);
      if (found === undefined) throw new Refusal('not-found');
      return found;
    },
    create: async (application, by) =>
      change(parts, by, async (step) =>
        service.toView(await service.addApplication(step, application, { origin: 'operator', declaredDigest: null })),
      ),
    update: async (application, by) => adjust(application.id, by, () => application),
    remove: async (id, by) =>
      change(parts, by, async (step) => {
        const before = service.find(step.all, id);
        // It would be back at the next start, which is worse than a refusal.
        if (before.origin === 'config') {
          const detail = 'declared in the configuration; remove it there';
          throw new Refusal('conflict', { errors: [{ pointer: '/origin', detail }] });
        }
        await service.dropApplication(step, before);
      }),
    setMode: async (id, by) => service.setMode(parts, id, by),
    modeHistory: async (id, query) => service.modeHistory(parts, id, query),
    applyDeclared: async (declared) => applyDeclared(parts, declared),
    withdraw: async (id) => withdraw(parts, id),
    replaceIn: async (transaction, applications, by) => replaceApplications({ ...parts, transaction }, applications, by),
    onChange: (listener) => void listeners.push(listener),
    exportConfiguration: async () => (await list()).map(({ application }) => toConfiguration(application)),
  };
}
