import type { BranchBody } from '../command.ts';
import { channel } from './alert/channel.ts';

export const alert: BranchBody = {
  about: 'What the watch found, and where that is told.',
  verbs: [channel],
};
