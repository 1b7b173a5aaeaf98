import type { PatchTest } from '@holdfast/contract';
import { formatCount, formatCountOf } from '../../state/format.ts';
import { Callout } from '../../ui/Callout.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { Time } from '../../ui/Time.tsx';
import { VERDICT_TONES, VERDICT_WORDS } from './words.ts';

const clientsText = (clients: number, established: number): string =>
  `${formatCountOf(clients, 'client')}, ${formatCount(established)} established`;

/** What the patch would have done to honest requests, and what nobody can say. */
export function TestResult({ test }: { readonly test: PatchTest }) {
  const { live, recent, stored, unknown, verdict } = test;
  return (
    <div className="flex flex-col gap-3">
      <Callout tone={VERDICT_TONES[verdict]} title={VERDICT_WORDS[verdict]}>
        {formatCount(test.touchedEstablished)} of {formatCountOf(test.established, 'established client')} touched; the cap is{' '}
        {formatCount(test.cap)}. Tested <Time at={test.testedAt} isRelative />.
      </Callout>
      <KeyValues
        items={[
          [
            'Met itself',
            `${formatCountOf(live.honest, 'request')} of ${clientsText(live.clients, live.established)}; ${formatCountOf(live.attacks, 'attack')} that the engine saw too`,
          ],
          [
            'Recent requests',
            `${formatCount(recent.touched)} of ${formatCount(recent.requests - recent.unjudged)} judged, of ${clientsText(recent.clients, recent.established)}`,
          ],
          [
            `Last ${stored.days} days`,
            `${formatCount(stored.touched)} of ${formatCount(stored.judged)} judged; ${formatCountOf(stored.requests, 'honest request')} in all`,
          ],
        ]}
      />
      {unknown.length > 0 && (
        <ul className="list-disc ps-5 text-soft">
          {unknown.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
