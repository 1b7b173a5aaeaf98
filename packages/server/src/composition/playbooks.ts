import type { PlaybookSettings } from '../domains/incidents/index.ts';
import { resolveReference } from '../platform/config/references.ts';
import type { Config } from '../platform/config/schema.ts';

/** Playbooks as the configuration has them; secrets of agents are read when they are asked. */
export function playbookSettings({ playbooks: { signatures, agents } }: Pick<Config, 'playbooks'>): PlaybookSettings {
  return {
    signatures,
    agents: agents.map(({ secret, ...agent }, place) => ({
      ...agent,
      secret: () => {
        const pointer = `/playbooks/agents/${place}/secret`;
        return secret === null ? null : resolveReference(secret, { environment: process.env, folder: process.cwd(), pointer });
      },
    })),
  };
}
