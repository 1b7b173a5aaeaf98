import { hash } from 'node:crypto';
import { createInProcessLink } from '../packages/server/src/gateway/link/in-process.ts';
import { systemClock } from '../packages/server/src/platform/clock.ts';
import { testSnapshot } from '../tests/support/test-gateway.ts';
import { uploadPlace } from '../tests/support/upload-place.ts';
import { gatewaySession, newIdentityKey } from '../tests/support/identity-stand.ts';

/** A gateway with two applications on one upstream: nobody signs in to `off.test`, everybody to `on.test`. */
const upstream = `http://127.0.0.1:${process.argv[2] ?? ''}`;
const quiet = () => undefined;
const link = createInProcessLink({
  listen: { https: null, http: null, plain: { host: '127.0.0.1', port: 0 } },
  clock: systemClock,
  log: { info: quiet, warn: quiet, error: quiet },
  node: 'bench',
  uploads: uploadPlace(),
});
const known = hash('sha256', process.argv[3] ?? '', 'hex');
link.onAsk((ask) =>
  Promise.resolve(
    ask.kind === 'session' ? { kind: 'session', session: ask.hash === known ? gatewaySession(known) : null } : { kind: 'failed' },
  ),
);
const snapshot = testSnapshot({ upstream, id: 'off', hosts: ['off.test'] }, { identityKeys: [newIdentityKey('bench', 0)] });
const [off] = snapshot.applications;
if (off === undefined) throw new Error('assertion: the snapshot has an application');
const on = { ...off, id: 'on', hosts: ['on.test'], login: { ...off.login, mode: 'required' as const } };
const { plain } = await link.start({ ...snapshot, applications: [off, on] });
process.send?.({ port: plain?.port ?? 0 });
process.once('disconnect', () => process.exit());
