import { readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { LeafBody } from '../command.ts';
import { shortPath } from '../context.ts';
import { CONFIG_NAME } from '../data-dir.ts';
import { NotConfirmed } from '../fault.ts';
import { configTemplate } from '../config-template.ts';

export const init: LeafBody = {
  options: [
    { flags: '--to <url>', help: 'the application to protect' },
    { flags: '--host <name...>', help: 'host names it is served under' },
  ],
  examples: ['holdfast init', 'holdfast init --to http://127.0.0.1:3000 --host shop.example.org'],
  async run(context, input) {
    const file = resolve(context.io.cwd, context.flags.config ?? CONFIG_NAME);
    const shown = shortPath(file, context.io.cwd);
    const text = configTemplate({ to: input.text('to'), hosts: input.list('host') });
    const old = await readFile(file, 'utf8').catch(() => null);
    if (context.flags.dryRun) return { data: { file, written: false, text }, text };
    if (old !== null && !(await context.confirm(`${shown} exists. Replace it (the old one stays as ${shown}.old)?`))) {
      throw new NotConfirmed(`${shown} exists and was not changed.`);
    }
    if (old !== null) await rename(file, `${file}.old`);
    await writeFile(file, text, { mode: 0o640 });
    return { data: { file, written: true }, text: `wrote ${shown}\nnext: holdfast config check && holdfast up\n` };
  },
};
