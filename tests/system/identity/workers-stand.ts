import { createWorkersLink } from '../../../packages/server/src/gateway/link/workers.ts';
import { uploadPlace } from '../../support/upload-place.ts';
import { testSnapshot } from '../../support/test-gateway.ts';
import { FakeControlPlane, hashOf, newIdentityKey } from '../../support/identity-stand.ts';

/** What the test tells this process, one message each; every one is answered with `{ done: name }`. */
export type StandCommand =
  | { readonly name: 'sign-in'; readonly token: string }
  | { readonly name: 'revoke'; readonly token: string }
  | { readonly name: 'fail'; readonly isFailing: boolean }
  | { readonly name: 'close' };

/** A process of its own with two gateway workers: only a process that is not one of the test runner's can be their parent. */
const control = new FakeControlPlane();
const quiet = () => undefined;
const link = createWorkersLink({
  listen: { https: null, http: null, plain: { host: '127.0.0.1', port: 0 } },
  count: 2,
  log: { info: quiet, warn: quiet, error: quiet },
  node: 'test',
  uploads: uploadPlace(),
});
link.onAsk(async (ask) => control.answer(ask));
const { plain } = await link.start(
  testSnapshot(
    { upstream: process.argv[2] ?? '', hosts: [], login: { mode: 'required' } },
    { identityKeys: [newIdentityKey('first', 0)] },
  ),
);

async function obey(command: StandCommand): Promise<void> {
  switch (command.name) {
    case 'sign-in':
      control.add(command.token);
      break;
    case 'revoke':
      control.sessions.delete(hashOf(command.token));
      link.endSessions([hashOf(command.token)]);
      break;
    case 'fail':
      control.before = () => (command.isFailing ? Promise.reject(new Error('away')) : Promise.resolve());
      break;
    case 'close':
      await link.close(200);
      process.disconnect();
      return;
  }
  process.send?.({ done: command.name });
}
process.on('message', (command: StandCommand) => void obey(command));
process.send?.({ port: plain?.port ?? 0 });
