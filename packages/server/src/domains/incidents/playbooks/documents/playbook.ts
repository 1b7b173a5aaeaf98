import type { FlowStep } from '@holdfast/contract';

/** A CACAO 2.0 playbook that was read and checked: only what is listed here is ever looked at. Times are milliseconds. */
export interface Playbook {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly types: readonly string[];
  readonly labels: readonly string[];
  readonly start: string;
  /** Where it goes on when a step has failed and says nothing of that itself (CACAO 2.0 §3.1, `workflow_exception`). */
  readonly exception: string | null;
  readonly steps: ReadonlyMap<string, Step>;
  readonly variables: readonly Variable[];
  readonly agents: ReadonlyMap<string, Agent>;
  /** The document as it came, for showing and for its digest. */
  readonly document: Readonly<Record<string, unknown>>;
}

export interface Variable {
  /** With both underscores: `__source__`. */
  readonly name: string;
  readonly type: string;
  readonly value: string | null;
  readonly isConstant: boolean;
  readonly isExternal: boolean;
  readonly description: string;
}

export interface Agent {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Of `http-api`: the first address with scheme, and port. */
  readonly url: string | null;
  /** Of people (`individual`, `group`, `organization`). */
  readonly isPerson: boolean;
}

export type Command =
  | {
      readonly type: 'http-api';
      readonly method: string;
      /** With variables in it. */
      readonly path: string;
      readonly headers: ReadonlyMap<string, readonly string[]>;
      readonly content: string | null;
    }
  | { readonly type: 'manual'; readonly text: string }
  | { readonly type: 'sigma'; readonly rule: string }
  /** Always `POST`; the path has variables in it. */
  | {
      readonly type: 'openc2-http';
      readonly path: string;
      readonly content: string;
      readonly headers: ReadonlyMap<string, readonly string[]>;
    }
  /** Read, shown, and run by nothing here: `bash`, `powershell`, `ssh`, `yara`, and what others define. */
  | { readonly type: 'foreign'; readonly name: string };

interface StepBase {
  readonly id: string;
  readonly name: string;
  readonly delayMs: number;
  /** Null = no time of its own. */
  readonly timeoutMs: number | null;
  readonly variables: readonly Variable[];
  readonly onCompletion: string | null;
  readonly onSuccess: string | null;
  readonly onFailure: string | null;
}

export type Step = StepBase &
  (
    | { readonly type: 'start' }
    | { readonly type: 'end' }
    | {
        readonly type: 'action';
        readonly commands: readonly Command[];
        readonly agent: string;
        readonly targets: readonly string[];
        readonly inArgs: readonly string[];
        readonly outArgs: readonly string[];
      }
    | {
        readonly type: 'playbook-action';
        readonly playbook: string;
        readonly inArgs: readonly string[];
        readonly outArgs: readonly string[];
      }
    | { readonly type: 'parallel'; readonly next: readonly string[] }
    | { readonly type: 'if-condition'; readonly condition: string; readonly onTrue: string; readonly onFalse: string | null }
    | { readonly type: 'while-condition'; readonly condition: string; readonly onTrue: string }
    | { readonly type: 'switch-condition'; readonly expression: string; readonly cases: ReadonlyMap<string, string> }
  );

export type Drawn = readonly FlowStep[];
