import type { Actor } from '../../../../applications/index.ts';
import type { Agent as PlaybookAgent, Command } from '../../documents/playbook.ts';
import type { Values } from '../../documents/values.ts';
import type { CommandAnswer } from '../machine/state.ts';

/** One command of a run, with everything that it may look at. */
export interface CommandAt {
  readonly run: string;
  readonly incident: string | null;
  readonly actor: Actor;
  readonly reason: string;
  readonly step: string;
  readonly stepName: string;
  /** Under one key once, however often it is asked for. */
  readonly key: string;
  readonly command: Command;
  readonly agent: PlaybookAgent | null;
  readonly outArgs: readonly string[];
  readonly values: Values;
}

/** Who carries out commands. Everything may be asked again after a crash, and is done once. */
export interface Agent {
  /** Never rejects for what the command itself is to blame: that is an answer. */
  carryOut(at: CommandAt): Promise<CommandAnswer>;
  /** What it would do; changes nothing. */
  rehearse(at: CommandAt): Promise<CommandAnswer>;
  /** How an action that a step waits for stands; null = it waits still. */
  look(action: string): Promise<CommandAnswer | null>;
  /** Takes back what a step has asked for that ended before its time; says what stands all the same. */
  withdraw(at: CommandAt, action: string | null, why: string): Promise<string | null>;
  /** Undoes, newest first, what a run did. */
  undoRun(run: string, why: string): Promise<{ readonly actions: readonly string[]; readonly detail: string }>;
}
