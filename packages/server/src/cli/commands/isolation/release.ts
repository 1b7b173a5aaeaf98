import type { ApplicationView, IsolatedView, Release, ReleaseCheck } from '@holdfast/contract';
import { planned } from '../../change.ts';
import type { Context, Input, LeafBody } from '../../command.ts';
import { listAll, segment, type ApiClient } from '../../connection/client.ts';
import { EXIT } from '../../exit-codes.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { checkText, placeText } from './words.ts';

const ISOLATIONS = '/api/v1/isolations';
/** An isolation, which may be over. */
const ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/u;
const ULID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';

export const release: LeafBody = {
  about:
    'Looks first: does the application live, is the attack refused now, are secrets rotated, is evidence preserved? A check that failed ' +
    'holds it back (exit 1); --force releases it all the same, and the record says so.',
  words: [{ name: '<what>', help: 'id as the list shows it, or an application: all of it' }],
  options: [
    { flags: '--check', help: 'only look' },
    { flags: '--force', help: 'although a check failed' },
    { flags: '--reason <text>', help: 'why; kept in the ledger' },
  ],
  examples: [
    `holdfast release ${ULID} --reason 'repaired in 2.4.1'`,
    'holdfast release shop --check',
    "holdfast release shop --force --reason 'we know about the evidence'",
  ],
  run,
};

interface Came {
  readonly isolation: IsolatedView;
  readonly released: boolean;
  readonly checks: readonly ReleaseCheck[];
}

async function run(context: Context, input: Input): Promise<Outcome> {
  const reason = input.text('reason');
  const onlyLooks = input.isSet('check');
  if (reason === null && !onlyLooks) throw new UsageFault('release needs --reason.', 'holdfast release --help');
  await using api = await context.api();
  const chosen = await choose(api, input.words[0] ?? '');
  const body = { reason, force: input.isSet('force') };
  const [first] = chosen;
  if (context.flags.dryRun && first !== undefined && !onlyLooks)
    return planned({ method: 'POST', path: `${pathOf(first)}/release`, body });
  const came: Came[] = [];
  for (const isolation of chosen) {
    if (onlyLooks) {
      const { checks } = await api.call<{ checks: ReleaseCheck[] }>({
        method: 'POST',
        path: `${pathOf(isolation)}/check`,
        body: {},
      });
      came.push({ isolation, released: false, checks });
    } else came.push({ isolation, ...(await api.call<Release>({ method: 'POST', path: `${pathOf(isolation)}/release`, body })) });
  }
  const isHeld = came.some(({ released, checks }) => (onlyLooks ? checks.some(({ state }) => state === 'failed') : !released));
  return { data: { isolations: came }, text: textOf(came, onlyLooks), exit: isHeld ? EXIT.findings : EXIT.ok };
}

const pathOf = ({ id }: IsolatedView): string => `${ISOLATIONS}/${segment(id)}`;

async function choose(api: ApiClient, what: string): Promise<readonly IsolatedView[]> {
  const all = await listAll<IsolatedView>(api, { method: 'GET', path: ISOLATIONS });
  const chosen = all.filter(({ id, application }) => id === what || application === what);
  if (chosen.length === 0) await assertNamed(api, what);
  return chosen;
}

/** A name that was mistyped must not look as if everything were open. */
async function assertNamed(api: ApiClient, what: string): Promise<void> {
  if (ID.test(what)) return;
  const { items } = await api.call<{ items: readonly ApplicationView[] }>({ method: 'GET', path: '/api/v1/applications' });
  if (items.some(({ application }) => application.id === what)) return;
  throw new UsageFault(`${what} is no application, and no id of what is cut off.`, 'holdfast isolate list');
}

function textOf(came: readonly Came[], onlyLooks: boolean): string {
  if (came.length === 0) return 'nothing of it is cut off\n';
  return came
    .map(({ isolation, released, checks }) => {
      const said = released ? 'released' : onlyLooks ? 'looked at' : 'not released';
      const next = released || onlyLooks ? '' : `all the same: holdfast release ${isolation.id} --force --reason TEXT\n`;
      return `${said}: ${placeText(isolation)}\n${checkText(checks)}${next}`;
    })
    .join('');
}
