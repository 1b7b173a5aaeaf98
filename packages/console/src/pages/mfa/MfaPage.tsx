import type { SignIns } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { paths } from '../../state/paths.ts';
import { Callout } from '../../ui/Callout.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Plot } from '../../ui/plot/Plot.tsx';
import type { PageModule } from '../page.ts';
import { AdoptionPanel } from './AdoptionPanel.tsx';
import { adoptionQuery, signInsQuery } from './calls.ts';

function MfaPage() {
  const { data: adoption } = useSuspenseQuery(adoptionQuery);
  const { data: signIns } = useSuspenseQuery(signInsQuery);
  return (
    <>
      <PageHead
        title="MFA adoption"
        lead="Who signs in with a second factor. Whoever has a role in Holdfast always does; applications ask for it unless they say otherwise."
      />
      {adoption.administrators < 2 && (
        <div className="mb-5">
          <Callout tone="watch" title="Only one person can administer Holdfast">
            If that person loses every factor, only the host helps. <LinkTo to={paths.people()}>Invite a second one.</LinkTo>
          </Callout>
        </div>
      )}
      <div className="grid gap-5 lg:grid-cols-2">
        <AdoptionPanel adoption={adoption} />
        <Panel title="Sign-ins of thirty days">
          <SignInPlot signIns={signIns} />
        </Panel>
      </div>
    </>
  );
}

function SignInPlot({ signIns: { points } }: { readonly signIns: SignIns }) {
  // The picture is drawn again only when its figures are others.
  const { times, series } = useMemo(
    () => ({
      times: points.map(({ time }) => time),
      series: [
        { name: 'let in', token: '--color-ok', values: points.map(({ succeeded }) => succeeded) },
        { name: 'refused', token: '--color-watch', values: points.map(({ refused }) => refused) },
        { name: 'locked', token: '--color-stop', values: points.map(({ lockedOut }) => lockedOut) },
      ],
    }),
    [points],
  );
  return <Plot label="Sign-ins a day: let in, refused, locked" times={times} series={series} height={220} />;
}

export const page: PageModule = {
  Component: MfaPage,
  prefetch: async ({ queries }) => Promise.all([queries.ensureQueryData(adoptionQuery), queries.ensureQueryData(signInsQuery)]),
};
