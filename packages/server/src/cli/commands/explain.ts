import { setTimeout as sleep } from 'node:timers/promises';
import type { Explanation } from '@holdfast/contract';
import { segment, type ApiClient, type Call } from '../connection/client.ts';
import type { LeafBody } from '../command.ts';
import { UsageFault } from '../fault.ts';
import type { Paint } from '../terminal/paint.ts';
import { formatPairs, formatTable, formatTime, printable } from '../terminal/table.ts';

const ATTEMPTS_MAX = 5;
const RETRY_MS = 250;

export const explain: LeafBody = {
  about: 'The id stands on the block page and in the X-Request-Id header of every answer.',
  words: [{ name: '<id>', help: '12 characters' }],
  examples: ['holdfast explain 7Q2KXW3M9ABC', 'holdfast explain 7Q2KXW3M9ABC --json'],
  async run(context, input) {
    const id = readRequestId(input.words[0] ?? '');
    await using api = await context.api();
    const data = await callOnceRecorded<Explanation>(api, { method: 'GET', path: `/api/v1/explain/${segment(id)}` });
    return { data, text: (paint) => describe(data, paint) };
  },
};

/** People copy the id at once; its record arrives with the next batch of events. A stopped server gets nothing new. */
export async function callOnceRecorded<Body>(api: ApiClient, call: Call): Promise<Body> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await api.call<Body>(call);
    } catch (error) {
      const isEarly = error instanceof Error && 'code' in error && error.code === 'request-unknown';
      if (!isEarly || api.server === 'down' || attempt >= ATTEMPTS_MAX) throw error;
      await sleep(RETRY_MS);
    }
  }
}

/** Crockford base32 reads I and L as 1, O as 0, ignores case and hyphens: people copy ids by eye. */
export function readRequestId(text: string): string {
  const id = text.slice(0, 32).toUpperCase().replaceAll('-', '').replaceAll(/[IL]/gu, '1').replaceAll('O', '0');
  if (!/^[0-9A-HJKMNP-TV-Z]{12}$/u.test(id))
    throw new UsageFault('A request id has 12 characters, digits and letters without U.', 'holdfast audit tail');
  return id;
}

function describe(data: Explanation, paint: Paint): string {
  const { request, policy } = data;
  const head = formatPairs([
    ['request', `${data.requestId}  ${formatTime(data.time)}`],
    ['what', `${request.method} ${request.host}${request.path}  ${request.protocol}`],
    ['from', request.address ?? 'erased'],
    ['application', `${data.application ?? 'none'}, mode ${data.mode}`],
    ['answer', request.problem === null ? String(request.status) : `${request.status} ${request.problem}`],
    [
      'policy',
      policy.state === null
        ? `version ${policy.version}`
        : `version ${policy.version}: ${policy.state.cause} by ${policy.state.actor}, ${formatTime(policy.state.createdAt)}`,
    ],
    ...(data.access === null ? [] : [['access', describeAccess(data.access)] as const]),
    ['record', data.ledgerIndex === null ? 'in memory only (a plain allowed request)' : `ledger entry ${data.ledgerIndex}`],
    ...(data.masked === null ? [] : [['hidden', data.masked] as const]),
  ]);
  const verdict = data.outcome === 'blocked' || data.outcome === 'refused' ? paint.bad(data.outcome) : paint.bold(data.outcome);
  const why = data.reason === null ? '' : `: ${printable(data.reason)}`;
  return `${verdict}${why}\n${head}\n${describeChain(data)}${describeFindings(data)}${describeProposals(data)}`;
}

function describeAccess({ principal, allowed, enforced, policies, errors, route }: NonNullable<Explanation['access']>): string {
  const who = principal.id === null ? principal.kind : `${principal.kind} ${principal.id}`;
  const decided = allowed ? 'allowed' : `denied${enforced ? '' : ', only recorded'}`;
  const by = policies.length === 0 ? '' : ` by ${policies.join(', ')}`;
  const failed = errors.length === 0 ? '' : `; cannot be evaluated: ${errors.join(', ')}`;
  return `${who} ${decided}${by}${failed}${route === null ? '' : `; route ${route}`}`;
}

function describeChain({ chain }: Explanation): string {
  return formatTable(chain, [
    { title: 'STEP', value: ({ step }) => step },
    { title: 'VERDICT', value: ({ verdict }) => verdict },
    { title: 'DETAIL', value: ({ detail }) => detail },
  ]);
}

function describeFindings({ findings, score }: Explanation): string {
  if (findings.length === 0) return '';
  const table = formatTable(findings, [
    { title: 'RULE', value: ({ rule }) => rule },
    { title: 'SURE', value: ({ confidence }) => confidence.toFixed(2) },
    { title: 'WHERE', value: ({ location, name }) => `${location} ${name}` },
    { title: 'DECODED', value: ({ chain }) => chain.join(' > ') || 'as sent' },
    { title: 'SAMPLE', value: ({ sample }) => sample },
    { title: 'WHY', value: ({ why, exception }) => (exception === null ? why : `${why} (excepted by ${exception})`) },
  ]);
  return `\nscore ${score.toFixed(2)}\n${table}`;
}

function describeProposals({ proposals, requestId }: Explanation): string {
  if (proposals.length === 0) return '';
  return `\nIf this was no attack, look at the exception first:\n  holdfast exception add --from ${requestId} --dry-run\n`;
}
