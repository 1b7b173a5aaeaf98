import { controlEvents, type Application, type EventRecord, type SelfTestView } from '@holdfast/contract';
import { runErrorTest, runSelfTest } from '../domains/protection/index.ts';
import type { Bus } from '../platform/bus/bus.ts';
import type { Clock } from '../platform/clock.ts';
import { loopbackRequest, type LoopbackRequest } from '../platform/http/loopback-request.ts';
import { Refusal } from '../platform/refusal.ts';
import type { ApiDomains } from './parts.ts';

interface Parts {
  /** Where a visitor on this machine reaches the gateway; null = it does not serve. */
  readonly facts: { readonly gateway: () => Pick<LoopbackRequest, 'at' | 'secure'> | null };
  readonly domains: ApiDomains;
  readonly bus: Bus;
  readonly clock: Clock;
}

const USER_AGENT = 'holdfast-self-test';
const BY_TEST: { readonly actor: EventRecord['actor']; readonly reason: string } = {
  actor: { kind: 'system', ref: 'error-test' },
  reason: 'error test',
};

async function serving({ facts, domains }: Parts) {
  const gateway = facts.gateway();
  const application = (await domains.applications.list())[0]?.application;
  if (gateway === null || application === undefined)
    throw new Refusal('service-unavailable', { detail: 'The gateway does not serve yet.' });
  return { gateway, application };
}

async function told(
  { bus }: Parts,
  result: SelfTestView,
  event: typeof controlEvents.selfTestCompleted | typeof controlEvents.errorTestCompleted,
): Promise<SelfTestView> {
  const payload = {
    probes: result.probes.length,
    passed: result.probes.filter(({ passed }) => passed).length,
    mode: result.mode,
  };
  await bus.record(bus.newEvent(event, { payload, outcome: result.passed ? 'ok' : 'failed' }));
  return result;
}

/** Harmless attacks and their twins: whether the gateway does what the mode says. */
export async function selfTest(parts: Parts): Promise<SelfTestView> {
  const { domains, clock } = parts;
  const { gateway, application } = await serving(parts);
  const { active } = await domains.protection.showBypass();
  const result = await runSelfTest({
    application,
    isBypassed: active !== null && active.until > clock.now(),
    send: (host, target, userAgent) => loopbackRequest({ ...gateway, host, target, userAgent }),
    outcomeOf: async (requestId) =>
      (await domains.audit.findByRequest(requestId)).find(({ type }) => type === 'request.completed')?.outcome ?? null,
  });
  return told(parts, result, controlEvents.selfTestCompleted);
}

/** Failures of an application: whether a visitor learns anything from them. */
export async function errorTest(parts: Parts): Promise<SelfTestView> {
  const { applications } = parts.domains;
  const { gateway, application } = await serving(parts);
  const result = await runErrorTest({
    application,
    serve: async (probe) => serveProbe(applications, probe),
    ask: async (host, target, accept) => {
      try {
        const { status, requestId, rawHeaders, body } = await loopbackRequest({
          ...gateway,
          host,
          target,
          accept,
          userAgent: USER_AGENT,
        });
        return { status, requestId, text: `${rawHeaders.join('\n')}\n${body}`, body };
      } catch {
        return null;
      }
    },
  });
  return told(parts, result, controlEvents.errorTestCompleted);
}

/** One that a process left behind when it was killed is replaced. */
async function serveProbe(applications: Parts['domains']['applications'], probe: Application): Promise<AsyncDisposable> {
  const isLeft = (await applications.list()).some(({ application }) => application.id === probe.id);
  if (isLeft) await applications.remove(probe.id, BY_TEST);
  await applications.create(probe, BY_TEST);
  return {
    async [Symbol.asyncDispose]() {
      await applications.remove(probe.id, BY_TEST);
    },
  };
}
