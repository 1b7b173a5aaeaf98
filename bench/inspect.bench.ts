import { canonicalPath, decodeRequest, inspectRequest, RULE_GROUPS, type Decoded } from '@holdfast/inspect';
import { requestMix } from './load.ts';
import { median, report } from './report.ts';

/**
 * What decoding and judging costs: CPU per request of the gateway's mix, and the worst of 1 MB texts that are made of one
 * fragment each, chosen to keep one of the readers busy as long as possible.
 */
const BUDGET_REQUEST_MS = 0.15;
const BUDGET_HOSTILE_MS = 200;
const HOSTILE_BYTES = 1_000_000;
const REQUESTS = 30_000;
const ROUNDS = 3;
// oxfmt-ignore
const FRAGMENTS = [
  "'", "' or ", '1 or (((', '(select ', ';id ', '<a b="', '<style>', '<handler>', 'onerror"', '%25', '&#', '[', '../', 'case when ',
  "a'--\n", '/*', '${', 'cat;', "a'", 'a"', '1,', 'or 1=', "' or '1", '&lt;', '\\x3c', 'a=b;', 'select a from ', '$(', '`a`', '||',
  '||1=1', 'or(a)=(', ',(select', 'a like b ', 'having ', '{{', '%u003c', 'concat(', "'||'", "like '",
  'if(', "'||(", 'a||b', "'^", "'&'", 'a|b', 'or"', 'x.y(', 'a[b]', "' and sleep(", '$a$b', 'a@b', "it's ",
  '<a b=c d=\'e\' f="g">', '<div class="a" id=b>text</div>\n', '<title>', '<a ', '<a/', '" onload=', '](', '{{a}}',
  '&a', '+A', '+ADw-', '\\47', '\\0', '\u00bca\u00be', '%c0%ae', '&amp;lt;', '\uff1c',
];

function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface Prepared {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
}

function prepare(bytes: Buffer): Prepared {
  const end = bytes.indexOf('\r\n\r\n');
  const [line = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const [method = '', target = ''] = line.split(' ');
  const headers = lines.map((text) => [text.split(':', 1)[0]?.toLowerCase() ?? '', text.slice(text.indexOf(':') + 2)] as const);
  const body = bytes.subarray(end + 4);
  return { method, target, headers, body: body.length === 0 ? null : body };
}

function judge(request: Prepared): number {
  const path = canonicalPath(request.target.split('?', 1)[0] ?? '');
  const decoded: Decoded | null = path.kind === 'ok' ? decodeRequest(request, path.path) : null;
  return decoded?.kind === 'ok' ? inspectRequest(decoded.request).score : 1;
}

const mix = requestMix('bench.test').map(({ bytes }) => prepare(bytes));
let flagged = 0;
const perRequest: number[] = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const began = cpuNowMs();
  for (let index = 0; index < REQUESTS; index += 1) flagged += judge(mix[index % mix.length]!) >= 0.9 ? 1 : 0;
  // The first round is the compiler's.
  if (round > 0) perRequest.push((cpuNowMs() - began) / REQUESTS);
}

const hostile = FRAGMENTS.map((fragment) => {
  const value = fragment.repeat(Math.ceil(HOSTILE_BYTES / fragment.length));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = cpuNowMs();
    inspectRequest({ method: 'POST', path: '/', fields: [{ location: 'text', name: '', value }] });
    times.push(cpuNowMs() - began);
  }
  return { fragment, ms: Math.round(median(times)) };
}).toSorted((left, right) => right.ms - left.ms);

/** One group alone over the fragment that costs it most; decoding the readings of the text, which all groups share, is in each of them. */
const byGroup = RULE_GROUPS.map((group) => {
  let worstOf = { fragment: '', ms: 0 };
  for (const fragment of FRAGMENTS) {
    const value = fragment.repeat(Math.ceil(HOSTILE_BYTES / fragment.length));
    const began = cpuNowMs();
    inspectRequest({ method: 'POST', path: '/', fields: [{ location: 'text', name: '', value }] }, { groups: [group] });
    const ms = Math.round(cpuNowMs() - began);
    if (ms > worstOf.ms) worstOf = { fragment, ms };
  }
  return { group, ...worstOf };
}).toSorted((left, right) => right.ms - left.ms);

const requestMs = median(perRequest);
const worst = hostile[0]?.ms ?? 0;
report({
  name: 'inspect',
  budget: `${BUDGET_REQUEST_MS} ms CPU a request of the mix, ${BUDGET_HOSTILE_MS} ms for any 1 MB text`,
  ok: requestMs <= BUDGET_REQUEST_MS && worst < BUDGET_HOSTILE_MS && flagged === 0,
  results: {
    requestCpuMs: Math.round(requestMs * 10_000) / 10_000,
    hostileWorstMs: worst,
    hostile: hostile.slice(0, 8),
    byGroup,
    flagged,
  },
});
