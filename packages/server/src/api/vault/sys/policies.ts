import { API_POLICIES } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { VaultParts } from '../ports.ts';
import { data, type VaultAnswer } from '../wire/answer.ts';
import { invalid, param, type VaultCall } from '../wire/call.ts';
import { needs, type VaultRoute } from '../wire/routes.ts';

type Parts = Pick<VaultParts, 'access' | 'applications'>;

const LEDGER = {
  'holdfast/': {
    type: 'ledger',
    description: 'the audit ledger of Holdfast; no other device can be enabled and this one cannot be disabled',
    local: false,
    options: {},
    path: 'holdfast/',
  },
};

/** Policies are written in Cedar, in their own sets; here they can be read. */
export function policyRoutes({ access, applications }: Parts): readonly VaultRoute[] {
  const names = async (): Promise<string[]> => [
    API_POLICIES,
    ...(await applications.list()).map(({ application }) => application.id),
  ];
  const read = async (call: VaultCall): Promise<{ name: string; text: string }> => {
    const name = param(call, 'name');
    if (!(await names()).includes(name)) throw new Refusal('not-found');
    const set = await access.policies.ready(name);
    return { name, text: (set?.policies ?? []).map(({ text }) => text).join('\n\n') };
  };
  const refused = async (): Promise<VaultAnswer> => {
    throw invalid('policies are written in Cedar, not in HCL: see docs/guides/vault-clients.md and `holdfast policy --help`');
  };
  const listed = async (): Promise<VaultAnswer> => {
    const policies = await names();
    return { kind: 'bare', status: 200, body: { policies, keys: policies, data: { policies, keys: policies } } };
  };
  const byName = (field: 'rules' | 'policy') => ({
    read: needs('policy:read', async (call) => {
      const { name, text } = await read(call);
      if (field === 'policy') return data({ name, policy: text });
      return { kind: 'bare', status: 200, body: { name, rules: text, data: { name, rules: text } } };
    }),
    write: needs('policy:write', refused),
    delete: needs('policy:write', refused),
  });
  const list = needs('policy:read', listed);
  return [
    { path: 'sys/policy', operations: { read: list, list } },
    { path: 'sys/policy/:name', operations: byName('rules') },
    { path: 'sys/policies/acl', operations: { read: list, list } },
    { path: 'sys/policies/acl/:name', operations: byName('policy') },
    {
      path: 'sys/audit',
      operations: {
        read: needs('audit:read', async () => ({ kind: 'bare', status: 200, body: { ...LEDGER, data: LEDGER } })),
      },
    },
    {
      path: 'sys/audit/*path',
      operations: {
        write: needs('audit:write', async () => {
          throw invalid('the ledger is the one audit device here, and it is always on');
        }),
        delete: needs('audit:write', async () => {
          throw invalid('the ledger is the one audit device here, and it is always on');
        }),
      },
    },
  ];
}
