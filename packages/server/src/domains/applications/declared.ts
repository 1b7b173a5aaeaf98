import { createHash } from 'node:crypto';
import { applicationSchema, type Application, type ApplicationInput, type ApplicationView } from '@holdfast/contract';
import { Refusal } from '../../platform/refusal.ts';
import { deviationFrom } from './deviation.ts';
import { hostConflicts } from './domain.ts';
import { faultsOfErrorPages } from './error-page.ts';
import { sortedJson } from './sorted-json.ts';
import { addApplication, change, dropApplication, rewriteApplication, toView, type ApplicationParts } from './service.ts';

function refuseDoubles(wanted: readonly Application[]): void {
  const errors = wanted.flatMap((application, index) => {
    const before = wanted.slice(0, index);
    const isTwice = before.some(({ id }) => id === application.id);
    const twice = isTwice ? [{ pointer: '/id', detail: 'is declared twice' }] : [];
    return [...twice, ...hostConflicts(application, before), ...faultsOfErrorPages(application.errors)].map(
      ({ pointer, detail }) => ({
        pointer: `/applications/${index}${pointer}`,
        detail,
      }),
    );
  });
  if (errors.length > 0) throw new Refusal('config-invalid', { errors });
}

/** Of what was written: settings left at their default do not count. */
function digestOf(application: Application): string {
  const { id, name, upstream } = application;
  const written = { id, name, upstream, ...deviationFrom(applicationSchema.parse({ id, name, upstream }), application) };
  return createHash('sha256').update(sortedJson(written), 'utf8').digest('hex');
}

const BY_CONFIGURATION = { actor: { kind: 'system', ref: 'configuration' }, reason: 'declared in the configuration' } as const;

/**
 * Puts what the configuration declares into force at start.
 *
 * A declaration is applied when it is new or was edited since it was applied last. While it is unchanged, what an operator
 * changed through the API stays: someone who went back to `monitor` because blocking broke the application must not find
 * `enforce` again after a restart. `config export` shows the difference. A declaration that is gone takes its application
 * along; an application of the same id that an operator made becomes a declared one. No declaration at all changes nothing:
 * the data directory alone is then the truth.
 */
export async function applyDeclared(parts: ApplicationParts, declared: readonly ApplicationInput[]): Promise<ApplicationView[]> {
  const wanted = declared.map((input) => applicationSchema.parse(input));
  return change(parts, BY_CONFIGURATION, async (step) => {
    if (wanted.length === 0) return step.all.map(toView);
    const byId = new Map(wanted.map((application) => [application.id, application]));
    refuseDoubles(wanted);
    const kept = new Map(step.all.map((stored) => [stored.application.id, stored]));
    for (const stored of step.all) {
      if (stored.origin !== 'config' || byId.has(stored.application.id)) continue;
      await dropApplication(step, stored);
      kept.delete(stored.application.id);
    }
    for (const application of wanted) {
      const declaredDigest = digestOf(application);
      const before = kept.get(application.id);
      // Judged beside what the others will be, not what they were: two declarations may exchange their hosts.
      const others = [...kept.values()].map((stored) => ({
        ...stored,
        application: byId.get(stored.application.id) ?? stored.application,
      }));
      const now = { ...step, all: others.filter((stored) => stored.application.id !== application.id) };
      const after = { application, origin: 'config' as const, declaredDigest };
      if (before === undefined) kept.set(application.id, await addApplication(now, application, after));
      else if (before.declaredDigest !== declaredDigest) kept.set(application.id, await rewriteApplication(now, before, after));
    }
    return [...kept.values()].map(toView);
  });
}

/** For a declaration that came from no file, such as the demo: without it nothing would ever take its application away. */
export async function withdraw(parts: ApplicationParts, id: string): Promise<void> {
  await change(parts, BY_CONFIGURATION, async (step) => {
    const stored = step.all.find(({ application }) => application.id === id);
    if (stored?.origin === 'config') await dropApplication(step, stored);
  });
}
