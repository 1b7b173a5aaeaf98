import type { CardDecision, TuningCard } from '@holdfast/contract';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { formatCount, formatCountOf, formatShare } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { Badge, type Tone } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Time } from '../../ui/Time.tsx';

const WEEK_SECONDS = 604_800;

const VERDICTS: Readonly<Record<TuningCard['verdict'], { readonly tone: Tone; readonly words: string }>> = {
  legitimate: { tone: 'ok', words: 'looks legitimate' },
  attack: { tone: 'stop', words: 'looks like an attack' },
  unsure: { tone: 'watch', words: 'look at it' },
};

/** One rule in one place: what was seen, what speaks for either side, and the three ways to decide. */
export function CardPanel({ card, onExcept }: { readonly card: TuningCard; readonly onExcept: () => void }) {
  const { tone, words } = VERDICTS[card.verdict];
  return (
    <li className="panel flex min-w-0 flex-col gap-3 p-4">
      <header className="flex flex-wrap items-start justify-between gap-2">
        <h2 className="min-w-0 text-base [overflow-wrap:anywhere]">
          <code>{card.rule}</code> in {card.location ?? 'some place'}{' '}
          <code>{card.parameter === '' ? '(whole)' : card.parameter}</code>
        </h2>
        <Badge tone={tone}>{words}</Badge>
      </header>
      <p className="[overflow-wrap:anywhere]">
        <code>
          {card.method} {card.route}
        </code>{' '}
        <span className="text-soft">of {card.application}</span>
      </p>
      <p className="text-soft">
        {formatCountOf(card.requests, 'request')} of {formatCountOf(card.clients, 'client')},{' '}
        {formatCount(card.establishedClients)} of them established;{' '}
        {card.blocked === 0 ? 'none blocked' : `${formatCount(card.blocked)} blocked`}
        {card.answeredShare !== null && <>; the application answered {formatShare(card.answeredShare)} well</>}; last{' '}
        <Time at={card.lastSeen} isRelative />.
      </p>
      {card.samples.length > 0 && (
        <ul aria-label="Samples, redacted" className="flex flex-col gap-1">
          {card.samples.map((sample) => (
            <li key={sample} className="rounded bg-raised px-2 py-1">
              <code className="[overflow-wrap:anywhere]">{sample}</code>
            </li>
          ))}
        </ul>
      )}
      <Reasons title="For people at work" reasons={card.legitimateBecause} />
      <Reasons title="For an attack" reasons={card.attackBecause} />
      <Decisions card={card} onExcept={onExcept} />
    </li>
  );
}

function Reasons({ title, reasons }: { readonly title: string; readonly reasons: readonly string[] }) {
  if (reasons.length === 0) return null;
  return (
    <div>
      <p className="font-medium">{title}</p>
      <ul className="list-disc ps-5 text-soft">
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </div>
  );
}

const reopen = (card: string): CardDecision => ({ decision: 'reopen', cards: [card] });

function Decisions({ card, onExcept }: { readonly card: TuningCard; readonly onExcept: () => void }) {
  const { may } = useMe();
  const { id, state, requestId, rule, route } = card;
  const undo = () => ({ method: 'POST', path: '/tuning/decisions', body: reopen(id) }) as const;
  const decide = useChange<unknown>({ name: `tuning.decide.${id}`, says: 'Decided.', ...(state === 'open' ? { undo } : {}) });
  const send = (body: CardDecision, label: string): void =>
    decide.run({ method: 'POST', path: '/tuning/decisions', body }, `${label}: ${rule} on ${route}`);
  const isOpen = state === 'open';
  return (
    <footer className="mt-auto flex flex-wrap items-center gap-2 pt-1">
      {may('tuning:write') && isOpen && (
        <>
          {may('exception:write') && (
            <Button look={card.verdict === 'legitimate' ? 'main' : 'plain'} onClick={onExcept}>
              Except…
            </Button>
          )}
          <Button
            look={card.verdict === 'attack' ? 'main' : 'plain'}
            isBusy={decide.isPending}
            onClick={() => send({ decision: 'attack', cards: [id] }, 'Keep as an attack')}
          >
            Keep as an attack
          </Button>
          <Button
            look="quiet"
            isBusy={decide.isPending}
            onClick={() => send({ decision: 'snooze', cards: [id], forSeconds: WEEK_SECONDS }, 'Decide in a week')}
          >
            In a week
          </Button>
        </>
      )}
      {may('tuning:write') && !isOpen && state !== 'excepted' && (
        <Button isBusy={decide.isPending} onClick={() => send(reopen(id), 'Open again')}>
          Open again
        </Button>
      )}
      {requestId !== null && <LinkTo to={paths.request(requestId)}>Explain one</LinkTo>}
      <span className="ms-auto">
        <CopyAsCli words={['tune', 'keep', id]} />
      </span>
    </footer>
  );
}
