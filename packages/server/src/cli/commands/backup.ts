import type { BranchBody } from '../command.ts';
export const backup: BranchBody = { verbs: [] };
