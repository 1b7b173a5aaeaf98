import type { LeafBody } from '../command.ts';
export const up: LeafBody = { examples: ['holdfast up'], run: async () => ({ data: null, text: '' }) };
