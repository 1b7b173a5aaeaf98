import type { Explanation } from '@holdfast/contract';
import { OUTCOME_TONES, OUTCOME_WORDS } from '../../api/event-words.ts';
import { formatShare } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { CopyButton } from '../../ui/copy/CopyButton.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Time } from '../../ui/Time.tsx';
import { Chain } from './Chain.tsx';
import { Findings } from './Findings.tsx';
import { sayExplanation } from './words.ts';

/** Why a request was answered as it was: in one sentence, then step by step, then what was found where. */
export function Explain({ explanation }: { readonly explanation: Explanation }) {
  const { outcome, requestId, findings, chain, masked } = explanation;
  return (
    <div className="flex flex-col gap-6">
      <div>
        <p className="font-display text-xl leading-snug [overflow-wrap:anywhere]">{sayExplanation(explanation)}</p>
        <p className="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1 text-soft">
          <Badge tone={OUTCOME_TONES[outcome]}>{OUTCOME_WORDS[outcome]}</Badge>
          <code>{requestId}</code>
          <CopyButton text={requestId} label="Copy the number of the request" />
          <CopyAsCli words={['explain', requestId]} />
        </p>
      </div>
      <RequestFacts explanation={explanation} />
      {findings.length > 0 && (
        <section aria-labelledby="explain-findings">
          <h3 id="explain-findings" className="mb-2 font-semibold">
            What was found
          </h3>
          <Findings findings={findings} />
        </section>
      )}
      <section aria-labelledby="explain-chain">
        <h3 id="explain-chain" className="mb-2 font-semibold">
          Step by step
        </h3>
        <Chain steps={chain} />
      </section>
      <PolicyFacts explanation={explanation} />
      {masked !== null && (
        <section aria-labelledby="explain-masked">
          <h3 id="explain-masked" className="mb-2 font-semibold">
            Kept from the visitor
          </h3>
          <pre className="rounded-md bg-raised p-3 whitespace-pre-wrap [overflow-wrap:anywhere]">{masked}</pre>
        </section>
      )}
    </div>
  );
}

function RequestFacts({ explanation }: { readonly explanation: Explanation }) {
  const { request, time, application, mode, score } = explanation;
  return (
    <KeyValues
      items={[
        [
          'Request',
          <code key="request">
            {request.method === '' ? 'not readable as one request' : `${request.method} ${request.path}`}
          </code>,
        ],
        ['Host', request.host === '' ? '—' : request.host],
        ['Answer', `${request.status}${request.problem === null ? '' : ` · ${request.problem}`} · ${request.protocol}`],
        ['When', <Time key="time" at={time} />],
        ['From', request.address ?? 'erased'],
        [
          'Application',
          application === null ? (
            '—'
          ) : (
            <LinkTo key="application" to={paths.application(application)}>
              {application}
            </LinkTo>
          ),
        ],
        ['Mode', `${mode === '' ? '—' : mode} · score ${formatShare(score)}`],
      ]}
    />
  );
}

function PolicyFacts({ explanation }: { readonly explanation: Explanation }) {
  const { policy, ledgerIndex } = explanation;
  const { state } = policy;
  return (
    <section aria-labelledby="explain-policy">
      <h3 id="explain-policy" className="mb-2 font-semibold">
        Whose policy it was
      </h3>
      <KeyValues
        items={[
          ['Version', String(policy.version)],
          ['Last change', state === null ? 'older than the history' : `${state.cause} by ${state.actor}`],
          ['Made', state === null ? '—' : <Time key="made" at={state.createdAt} />],
          [
            'In the ledger',
            ledgerIndex === null ? (
              'not yet, or in memory only'
            ) : (
              <LinkTo key="ledger" to={paths.audit({ index: String(ledgerIndex) })}>
                entry {ledgerIndex}
              </LinkTo>
            ),
          ],
        ]}
      />
    </section>
  );
}
