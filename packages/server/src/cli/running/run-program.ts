import type { Context } from '../command.ts';
import { openProgramApi } from '../connection/program-api.ts';
import { startChild, type Through } from '../host/child-process.ts';
import { MASKED_CHARS_MIN } from '../masking/forms.ts';
import { createMaskStream, type MaskStream } from '../masking/masker.ts';
import { tell } from '../terminal/tell.ts';
import { childEnvironment, type Values } from './child-environment.ts';
import type { Choose } from './choose.ts';
import { currentVersions, fetchValues, type Fetched } from './fetch-values.ts';
import { supervise, type Watching } from './supervise.ts';

/** A look that fails is repeated less and less often, at most at every so many-th turn. */
const TURNS_MAX = 32;

export interface Running {
  readonly command: string;
  readonly args: readonly string[];
  readonly purpose: string;
  readonly choose: Choose;
  /** `auto`: what goes to a terminal is not. */
  readonly masking: 'auto' | 'always' | 'never';
  readonly watching: Omit<Watching<Given>, 'look'> | null;
}

interface Given extends Fetched {
  readonly leftOut: readonly string[];
}

/** Values first, and only then the program; its exit code. */
export async function runProgram(context: Context, running: Running): Promise<number> {
  const first = await give(context, running, { signal: context.signal, isNoted: true });
  childEnvironment(context.io.env, first.values);
  tellOf(context, running, first);
  const masks: MaskStream[] = [];
  let known: readonly string[] = [...first.values.values()];
  const learn = ({ values }: Given): void => {
    // A log line may still tell of the value before.
    known = [...new Set([...known, ...values.values()])];
    for (const mask of masks) mask.learn(known);
  };
  return supervise({
    io: context.io,
    first,
    start(given) {
      learn(given);
      const through = throughOf(context, running, known);
      masks.splice(0, masks.length, ...[through.stdout, through.stderr].filter((mask) => mask !== null));
      const streams: Through = { stdout: through.stdout?.stream ?? null, stderr: through.stderr?.stream ?? null };
      const { command, args } = running;
      return startChild(context.io, { command, args, env: childEnvironment(context.io.env, given.values), through: streams });
    },
    learn,
    watching: running.watching === null ? null : { ...running.watching, look: lookFrom(context, running, first) },
    note: (text) => context.output.note(`holdfast: ${text}`),
  });
}

interface Opening {
  readonly signal: AbortSignal;
  readonly isNoted: boolean;
}

async function give(context: Context, { choose, purpose }: Running, opening: Opening): Promise<Given> {
  await using api = await openProgramApi(context, opening);
  const { wanted, leftOut } = await choose(api, purpose);
  return { ...(await fetchValues(api, wanted, { purpose, via: 'run' })), leftOut };
}

/** Names only. */
export async function planProgram(
  context: Context,
  { choose, purpose }: Pick<Running, 'choose' | 'purpose'>,
): ReturnType<Choose> {
  await using api = await openProgramApi(context, { signal: context.signal, isNoted: true });
  return choose(api, purpose);
}

/** Compares versions, and reads values only where one changed. What cannot be read changes nothing. */
function lookFrom(context: Context, running: Running, first: Given): Watching<Given>['look'] {
  let last = first;
  let vain = 0;
  let skip = 0;
  const lookLess = (): null => {
    vain += 1;
    skip = Math.min(2 ** vain, TURNS_MAX) - 1;
    return null;
  };
  const look = async (signal: AbortSignal): Promise<Given | null> => {
    if (await isCurrent(context, { running, last, signal })) {
      vain = 0;
      return null;
    }
    const next = await give(context, running, { signal, isNoted: false });
    childEnvironment(context.io.env, next.values);
    // A list that does not show what may be read would otherwise be a reason to read it at every turn.
    if (next.versions.size === last.versions.size && isWithin(next.versions, last.versions)) return lookLess();
    vain = 0;
    const isSame = isEqual(next.values, last.values);
    last = next;
    return isSame ? null : next;
  };
  return async (signal) => {
    if (skip > 0) {
      skip -= 1;
      return null;
    }
    try {
      return await look(signal);
    } catch (error) {
      if (signal.aborted) return null;
      if (vain === 0) context.output.note(`holdfast: new values cannot be read, the program goes on: ${tell(error).why}`);
      return lookLess();
    }
  };
}

async function isCurrent(
  context: Context,
  { running, last, signal }: { running: Running; last: Given; signal: AbortSignal },
): Promise<boolean> {
  await using api = await openProgramApi(context, { signal, isNoted: false });
  const { wanted } = await running.choose(api, running.purpose);
  const places = new Map(wanted.map(({ ref }) => [`${ref.application}/${ref.environment}`, ref]));
  const current = await currentVersions(
    api,
    [...places.values()].map(({ application, environment }) => ({ application, environment })),
    running.purpose,
  );
  return isWithin(last.versions, current) && wanted.length === last.values.size;
}

const isWithin = (some: ReadonlySet<string>, all: ReadonlySet<string>): boolean => [...some].every((each) => all.has(each));

const isEqual = (a: Values, b: Values): boolean => a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);

/** A stream that is a terminal stays one for the child: through a pipe it would lose colours, prompts and line editing. */
function throughOf({ io }: Context, { masking }: Running, known: readonly string[]) {
  const isMasked = (isTerminal: boolean): boolean => masking === 'always' || (masking === 'auto' && !isTerminal);
  const isWorth = known.some((value) => value.length >= MASKED_CHARS_MIN);
  const maskFor = (isTerminal: boolean): MaskStream | null => (isWorth && isMasked(isTerminal) ? createMaskStream(known) : null);
  return { stdout: maskFor(io.stdout.isTTY === true), stderr: maskFor(io.stderr.isTTY === true) };
}

/** Once, before the program says anything: what it does not get, and what is not masked. */
function tellOf({ io, output }: Context, { masking }: Running, { values, leftOut }: Given): void {
  if (leftOut.length > 0) output.note(`holdfast: not given, as it fits no variable: ${leftOut.join(', ')} (--map NAME=REF)`);
  if (masking === 'never') return;
  const short = [...values].filter(([, value]) => value.length < MASKED_CHARS_MIN).map(([name]) => name);
  if (short.length > 0) output.note(`holdfast: too short to be masked in output: ${short.join(', ')}`);
  const isTerminal = io.stdout.isTTY === true || io.stderr.isTTY === true;
  if (masking === 'auto' && isTerminal) output.note('holdfast: what goes to this terminal is not masked (--mask)');
}
