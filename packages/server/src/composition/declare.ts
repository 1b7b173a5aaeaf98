import type { ApplicationInput, Mode } from '@holdfast/contract';
import { declaredIn } from '../domains/applications/index.ts';
import { DEMO_ID, startDemo } from '../gateway/demo-upstream.ts';
import type { LoadedConfig } from '../platform/config/load.ts';
import type { Core } from './core.ts';

interface Declaring {
  readonly origins: LoadedConfig['origins'];
  readonly progress: (event: { kind: 'done'; step: string; detail: string }) => void;
}

export interface Declared {
  readonly declared: readonly ApplicationInput[];
  /** In force now, which an operator may have changed since the declaration: `enforce` only if every application enforces. */
  readonly mode: Mode;
  readonly isDemo: boolean;
}

/** What is protected: what the configuration names, or else the demo shop, which enforces unless the operator said otherwise. */
export async function declareApplications(core: Core, io: Declaring): Promise<Declared> {
  const { config, dataDir, domains, stack } = core;
  const known = await domains.applications.list();
  const isOwn =
    config.to !== null || config.applications.length > 0 || known.some(({ application }) => application.id !== DEMO_ID);
  const mode = isOwn || io.origins.has('/mode') ? config.mode : 'enforce';
  if (isOwn) {
    // Its process ended with the one that started it: nothing would answer.
    if (known.some(({ application }) => application.id === DEMO_ID)) await domains.applications.withdraw(DEMO_ID);
    const declared = declaredIn(config);
    await domains.applications.applyDeclared(declared);
    for (const { upstream } of declared) io.progress({ kind: 'done', step: 'protects', detail: upstream });
    return { declared, mode: await modeInForce(core), isDemo: false };
  }
  const demo = stack.use(await startDemo({ dataDir, mode, login: config.login, hosts: config.host }));
  await domains.applications.applyDeclared([demo.application]);
  io.progress({ kind: 'done', step: 'demo shop started', detail: `${demo.url}, flawed on purpose, loopback only` });
  return { declared: [demo.application], mode: await modeInForce(core), isDemo: true };
}

async function modeInForce({ domains }: Core): Promise<Mode> {
  const views = await domains.applications.list();
  return views.every(({ application }) => application.mode === 'enforce') ? 'enforce' : 'monitor';
}
