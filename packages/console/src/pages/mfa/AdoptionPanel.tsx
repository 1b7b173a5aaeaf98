import type { MfaAdoption } from '@holdfast/contract';
import { formatCount, formatShare } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { Bar } from '../../ui/Bar.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';

interface Part {
  readonly name: string;
  readonly count: number;
}

/** Shares of those who are active. */
export function AdoptionPanel({ adoption }: { readonly adoption: MfaAdoption }) {
  const { active, invited, disabled, withMfa, withPasskey, withTotp, neededWithout } = adoption;
  const parts: readonly Part[] = [
    { name: 'A second factor', count: withMfa },
    { name: 'A passkey', count: withPasskey },
    { name: 'Codes of an app', count: withTotp },
  ];
  return (
    <Panel title="Of everybody who is active" action={<LinkTo to={paths.people({ mfa: 'without' })}>Who has none</LinkTo>}>
      <ul className="flex flex-col gap-4">
        {parts.map(({ name, count }) => (
          <Share key={name} name={name} count={count} of={active} />
        ))}
      </ul>
      <p className="mt-4 text-soft">
        {formatCount(active)} active, {formatCount(invited)} invited, {formatCount(disabled)} disabled.{' '}
        {neededWithout > 0 && `${formatCount(neededWithout)} need one and have none: the next sign-in leads them to it.`}
      </p>
    </Panel>
  );
}

function Share({ name, count, of }: Part & { readonly of: number }) {
  const share = of === 0 ? 0 : count / of;
  return (
    <li>
      <p className="flex justify-between gap-4">
        <span>{name}</span>
        <span>
          {formatCount(count)} of {formatCount(of)} <span className="text-soft">({formatShare(share)})</span>
        </span>
      </p>
      <Bar share={share} className="mt-1" />
    </li>
  );
}
