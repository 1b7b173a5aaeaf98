import type { BranchBody } from '../../command.ts';
import { documentVerbs } from './documents.ts';
import { runVerbs } from './run.ts';

export const playbook: BranchBody = {
  about: 'CACAO 2.0 playbooks: what is done about an incident, step after step, and undone when it fails.',
  verbs: [...documentVerbs, ...runVerbs],
};
