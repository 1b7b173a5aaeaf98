import * as fc from 'fast-check';
import { uuid } from './sample.ts';

/** Parts of CACAO 2.0 as trees, and the documents that they are: right in all that the specification says, and of every kind it has. */

export type Json = Record<string, unknown>;
export interface Written {
  readonly document: Json & { readonly workflow: Record<string, Json> };
}

type Ways = 'completion' | 'success' | 'both';
interface NodeBase {
  readonly ways: Ways;
  readonly timing: { readonly delay?: number; readonly timeout?: number };
  readonly words: { readonly name?: string; readonly description?: string };
}
export type Node = NodeBase &
  (
    | { readonly kind: 'action'; readonly command: number }
    | { readonly kind: 'call' }
    | { readonly kind: 'if'; readonly yes: Block; readonly no: Block | null }
    | { readonly kind: 'while'; readonly body: Block }
    | { readonly kind: 'switch'; readonly cases: readonly Block[] }
    | { readonly kind: 'parallel'; readonly branches: readonly Block[] }
  );
export type Block = readonly Node[];

const base = {
  ways: fc.constantFrom<Ways>('completion', 'success', 'both'),
  timing: fc.record(
    { delay: fc.integer({ min: 1, max: 86_400_000 }), timeout: fc.integer({ min: 0, max: 86_400_000 }) },
    { requiredKeys: [] },
  ),
  words: fc.record({ name: fc.string({ maxLength: 20 }), description: fc.string({ maxLength: 20 }) }, { requiredKeys: [] }),
};

/** Steps one after the other, with others inside of them. */
export const blocks: fc.Arbitrary<Block> = fc.letrec<{ block: Block; node: Node }>((tie) => ({
  block: fc.array(tie('node'), { minLength: 1, maxLength: 3, depthIdentifier: 'cacao' }),
  node: fc.oneof(
    { depthIdentifier: 'cacao', maxDepth: 3, withCrossShrink: true },
    fc.record({ ...base, kind: fc.constant('action' as const), command: fc.nat() }),
    fc.record({ ...base, kind: fc.constant('call' as const) }),
    fc.record({ ...base, kind: fc.constant('if' as const), yes: tie('block'), no: fc.option(tie('block')) }),
    fc.record({ ...base, kind: fc.constant('while' as const), body: tie('block') }),
    fc.record({ ...base, kind: fc.constant('switch' as const), cases: fc.array(tie('block'), { minLength: 1, maxLength: 3 }) }),
    fc.record({
      ...base,
      kind: fc.constant('parallel' as const),
      branches: fc.array(tie('block'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).block;

const BASE64 = Buffer.from('title: x').toString('base64');
/** One command of each type (CACAO 2.0 §5), with variables where they may stand. */
export const COMMANDS: readonly Json[] = [
  { type: 'manual', command: 'Call $$__text__:value$$.' },
  { type: 'manual', command_b64: BASE64, description: 'as Base64', version: '1.0' },
  {
    type: 'http-api',
    command: 'POST /v1/$$__text__:value$$ HTTP/1.1',
    headers: { 'content-type': ['application/json'], 'x-count': ['$$__count__:value$$'] },
    content: '{"text":"$$__text__:value$$","count":$$__count__:value$$}',
    playbook_activity: 'restrict-access',
    external_references: [{ name: 'why', url: 'https://example.com/why' }],
  },
  { type: 'http-api', command: 'GET /v1/things HTTP/1.1', content_b64: BASE64 },
  { type: 'openc2-http', command: 'POST /openc2 HTTP/1.1', content_b64: BASE64 },
  { type: 'sigma', command_b64: BASE64 },
  { type: 'yara', command_b64: BASE64 },
  { type: 'elastic', command_b64: BASE64 },
  { type: 'jupyter', command_b64: BASE64 },
  { type: 'kestrel', command_b64: BASE64 },
  { type: 'bash', command: 'true' },
  { type: 'powershell', command: 'Get-Date' },
  { type: 'ssh', command: 'uptime' },
  { type: 'caldera-cmd', command: 'x' },
  { type: 'made-by-others', what: 1 },
];

const id = (type: string, number: number): string => `${type}--${uuid(number)}`;
const TIME = '2026-11-01T00:00:00.000Z';
export const PLAYBOOK = id('playbook', 1);
export const API = id('http-api', 10);
export const TARGET = id('linux', 20);
export const LOGIN = id('http-basic', 30);
export const TLP = id('marking-tlp', 40);
export const EXTENSION = id('extension-definition', 50);
const MACHINE = {
  address: { url: ['https://firewall.example'], ipv4: ['192.0.2.1'], ipv6: ['2001:db8::1'], dname: ['x.example'], vlan: [7] },
};

/** One of each type (§10.18.4). */
const VARIABLES: Json = {
  __text__: { type: 'string', value: 'x', external: true, description: 'x' },
  __count__: { type: 'integer', value: '1' },
  __long__: { type: 'long', value: '-12' },
  __float__: { type: 'float', value: '1.5e3' },
  __bool__: { type: 'bool', value: 'true' },
  __v4__: { type: 'ipv4-addr', value: '192.0.2.0/24' },
  __v6__: { type: 'ipv6-addr', value: '2001:db8::/32' },
  __mac__: { type: 'mac-addr', value: '00:00:5e:00:53:01' },
  __uuid__: { type: 'uuid', value: uuid(9) },
  __uri__: { type: 'uri', value: 'https://example.com/' },
  __hex__: { type: 'hexstring', value: 'beef' },
  __md5__: { type: 'md5-hash', value: '0'.repeat(32) },
  __sha__: { type: 'sha256-hash', value: '0'.repeat(64) },
  __hash__: { type: 'hash', value: 'x' },
  __dictionary__: { type: 'dictionary', value: '{"a":1}' },
  __constant__: { type: 'string', value: 'x', constant: true },
  __unknown__: { type: 'string', value: null },
  __out__: { type: 'string' },
};

/** One of each type (§7.1). */
const AGENTS: Json = {
  [API]: { type: 'http-api', name: 'api', ...MACHINE, port: '443', authentication_info: LOGIN, category: ['firewall'] },
  [id('individual', 11)]: {
    type: 'individual',
    name: 'on call',
    contact: { email: { work: 'a@example.com' }, phone: { work: '1' } },
  },
  [id('group', 12)]: { type: 'group', name: 'team', location: { region: 'europe', country: 'x' } },
  [id('organization', 13)]: { type: 'organization', name: 'we' },
  [id('location', 14)]: { type: 'location', name: 'there', logical: ['x'] },
  [id('sector', 15)]: { type: 'sector', name: 'ours', sector: 'energy' },
  [id('security-category', 16)]: { type: 'security-category', name: 'siem', category: ['siem'] },
  [id('ssh', 17)]: { type: 'ssh', name: 'host', ...MACHINE, agent_target_extensions: { [EXTENSION]: { x: 1 } } },
  [id('net-address', 18)]: { type: 'net-address', name: 'net', address: { l2mac: ['00:00:5e:00:53:01'] } },
};

const BY = { created_by: id('identity', 2), created: TIME };
const IEP = {
  tlp: 'AMBER',
  iep_version: 2,
  start_date: TIME,
  end_date: null,
  encrypt_in_transit: 'must',
  permitted_actions: 'none',
  affected_party_notifications: 'may',
  attribution: 'may',
  unmodified_resale: 'must-not',
  external_references: [],
};
const MARKINGS: Json = {
  [TLP]: { type: 'marking-tlp', id: TLP, ...BY, tlpv2_level: 'TLP:GREEN' },
  [id('marking-statement', 41)]: { type: 'marking-statement', id: id('marking-statement', 41), ...BY, statement: 'x' },
  [id('marking-iep', 42)]: { type: 'marking-iep', id: id('marking-iep', 42), ...BY, name: 'x', description: 'x', ...IEP },
};

/** Everything around a workflow, each kind once (§3.1, §6 to §10). */
function around(): Json {
  return {
    playbook_types: ['mitigation'],
    playbook_activities: ['restrict-access'],
    playbook_processing_summary: { manual_playbook: false, if_logic: true },
    labels: ['x'],
    valid_from: TIME,
    valid_until: '2030-01-01T00:00:00Z',
    derived_from: [id('playbook', 3)],
    related_to: [id('playbook', 4)],
    priority: 0,
    severity: 100,
    impact: 50,
    industry_sectors: ['energy'],
    external_references: [{ name: 'x', external_id: 'x' }],
    markings: [TLP],
    playbook_variables: VARIABLES,
    agent_definitions: AGENTS,
    target_definitions: { [TARGET]: { type: 'linux', name: 'host', address: { ipv4: ['$$__v4__:value$$'] } } },
    authentication_info_definitions: {
      [LOGIN]: { type: 'http-basic', user_id: 'x', password: '$$__text__:value$$' },
      [id('oauth2', 31)]: { type: 'oauth2', oauth_header: 'x', token: 'x', kms: true, kms_key_identifier: 'x' },
      [id('user-auth', 32)]: { type: 'user-auth', username: 'x' },
    },
    data_marking_definitions: MARKINGS,
    extension_definitions: {
      [EXTENSION]: { type: 'extension-definition', name: 'x', created_by: id('identity', 2), schema: 'x', version: '1' },
    },
    playbook_extensions: { [EXTENSION]: { x: 1 } },
    signatures: [
      {
        type: 'jss',
        id: id('jss', 60),
        created: TIME,
        modified: TIME,
        signee: 'x',
        related_to: PLAYBOOK,
        related_version: TIME,
        hash_algorithm: 'sha-256',
        algorithm: 'x',
        public_key: 'x',
        value: 'x',
      },
    ],
  };
}

/** Writes blocks down as a workflow. */
class Workflow {
  readonly steps = new Map<string, Json>();
  #count = 1000;

  #new(type: string, step: Json): string {
    const key = id(type, (this.#count += 1));
    this.steps.set(key, { type, ...step });
    return key;
  }

  /** The first of its steps; each block has an end step of its own. */
  block(nodes: Block): string {
    const end = this.#new('end', {});
    return nodes.toReversed().reduce((next, node) => this.#node(node, next, end), end);
  }

  start(first: string): string {
    return this.#new('start', { on_completion: first });
  }

  #node(node: Node, next: string, end: string): string {
    const [type, what] = this.#what(node);
    const ways =
      node.ways === 'completion'
        ? { on_completion: next }
        : { on_success: next, ...(node.ways === 'both' ? { on_failure: this.#handler(end) } : {}) };
    return this.#new(type, { ...node.words, ...node.timing, ...what, ...ways });
  }

  #what(node: Node): readonly [string, Json] {
    switch (node.kind) {
      case 'action':
        return ['action', this.#action(node.command)];
      case 'call':
        return ['playbook-action', { playbook_id: id('playbook', 5), in_args: ['__text__'], out_args: ['__out__'] }];
      case 'if': {
        const no = node.no === null ? {} : { on_false: this.block(node.no) };
        return [
          'if-condition',
          { condition: "__count__:value > 3 AND __text__:value != ''", on_true: this.block(node.yes), ...no },
        ];
      }
      case 'while':
        return ['while-condition', { condition: '$$__count__:value$$ IN (1, 2)', on_true: this.block(node.body) }];
      case 'switch': {
        const cases = Object.fromEntries(
          node.cases.map((one, place) => [place === 0 ? 'default' : `case ${place}`, this.block(one)]),
        );
        return ['switch-condition', { switch: '$$__text__:value$$', cases }];
      }
      case 'parallel':
        return ['parallel', { next_steps: node.branches.map((one) => this.block(one)) }];
      default:
        return node satisfies never;
    }
  }

  #action(number: number): Json {
    const command = COMMANDS[number % COMMANDS.length] ?? {};
    const variables = {
      step_variables: { __here__: { type: 'string', value: 'x' } },
      in_args: ['__here__'],
      out_args: ['__out__'],
    };
    const more = number % 2 === 0 ? variables : { step_extensions: { [EXTENSION]: { x: 1 } }, owner: id('identity', 2) };
    return { commands: [command], agent: API, targets: [TARGET], ...more };
  }

  #handler(end: string): string {
    return this.#new('action', { commands: [COMMANDS[0]], agent: API, on_completion: end });
  }
}

/** One action stands first in any case, so that there is something to break. */
export function write(block: Block): Written['document'] {
  const workflow = new Workflow();
  const first: Node = { kind: 'action', command: 2, ways: 'completion', timing: {}, words: {} };
  const start = workflow.start(workflow.block([first, ...block]));
  const exception = workflow.block([first]);
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: PLAYBOOK,
    name: 'x',
    created_by: id('identity', 2),
    created: TIME,
    modified: TIME,
    workflow_start: start,
    workflow_exception: exception,
    workflow: Object.fromEntries(workflow.steps),
    ...around(),
  };
}
