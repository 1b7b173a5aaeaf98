import type { BranchBody } from '../command.ts';
import { behaviours } from './detect/behaviours.ts';
import { bulk } from './detect/bulk.ts';
import { health } from './detect/health.ts';
import { rules } from './detect/rules.ts';

export const detect: BranchBody = {
  about: 'What the watch looks for: Sigma rules, and behaviours that no rule language describes. What it finds are alerts.',
  verbs: [rules, behaviours, bulk, health],
};
