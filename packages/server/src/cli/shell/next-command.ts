import { isBranch, type BranchBody } from '../command.ts';
import type { Told } from '../terminal/tell.ts';
import { COMMANDS } from './catalogue.ts';

/** Problems of the API have one next step for everybody; whoever typed a command is told the one that belongs to it. */
export async function nextFor(name: string, told: Told): Promise<Told> {
  if (name === '') return told;
  const help = `holdfast ${name} --help`;
  // It was this very command: again it helps only once the cause is gone.
  if (told.next === `holdfast ${name}`) return { ...told, next: `correct it, then: ${told.next}` };
  if (told.code === 'input-invalid') return { ...told, next: help };
  return told.code === 'not-found' ? { ...told, next: (await listBeside(name)) ?? help } : told;
}

/** The command that lists what a command takes ids and names of: the `list` beside it, or beside its noun. Null = there is none. */
async function listBeside(name: string): Promise<string | null> {
  const [noun = '', ...verbs] = name.split(' ');
  const body = await COMMANDS.find((entry) => entry.name === noun)?.load();
  if (body === undefined || !isBranch(body)) return null;
  const branches: { path: string; branch: BranchBody }[] = [{ path: noun, branch: body }];
  for (const verb of verbs) {
    const last = branches[0];
    const found = last?.branch.verbs.find((known) => known.name === verb);
    if (last === undefined || found === undefined || !isBranch(found)) break;
    branches.unshift({ path: `${last.path} ${verb}`, branch: found });
  }
  const nearest = branches.find(({ branch }) => branch.verbs.some((verb) => verb.name === 'list'));
  return nearest === undefined ? null : `holdfast ${nearest.path} list`;
}
