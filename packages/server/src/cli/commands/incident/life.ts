import type { IncidentDetail } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { at, ID, INCIDENTS, must, PHASES, REASON, SAMPLE, send, SEVERITIES, VERDICTS } from './at.ts';

const LESSON = { flags: '--lesson <text...>', help: 'what was learned: each becomes a task' };
const LEAVE = { flags: '--leave-actions', help: 'actions in force or waiting stay so; the reason says why' };

export const open: Verb = {
  name: 'open',
  summary: 'open an incident by hand',
  words: [{ name: '<title>', help: 'what happened, in a few words; kept encrypted' }],
  options: [
    { flags: '--severity <severity>', help: 'how bad it is (high)', choices: SEVERITIES },
    { flags: '--app <id>', help: 'the application it is about' },
    { flags: '--summary <text>', help: 'what is known' },
    { flags: '--alert <id...>', help: 'alerts that belong to it' },
    { flags: '--drill', help: 'it is an exercise' },
  ],
  examples: ["holdfast incident open 'laptop with tokens lost' --severity high", "holdfast incident open 'spring drill' --drill"],
  run: openOne,
};

export const move: Verb = {
  name: 'move',
  summary: 'bring it into another phase',
  about: 'Forward may skip phases, back is one at a time. From contain on somebody has to own it.',
  words: [ID, { name: '<phase>', help: PHASES.join(', ') }],
  options: [REASON],
  examples: ["holdfast incident move 7 contain --reason 'sources are banned'"],
  run: (context, input) => moveTo(context, input, { verb: 'move', phase: input.words[1] ?? '' }),
};

export const close: Verb = {
  name: 'close',
  summary: 'close it with a verdict and what was learned',
  about: 'Refused while actions wait or are in force, unless --leave-actions says that they stay.',
  words: [ID],
  options: [{ flags: '--verdict <verdict>', help: 'what it was', choices: VERDICTS }, REASON, LESSON, LEAVE],
  examples: [
    "holdfast incident close 7 --verdict true-positive --reason 'patched and released' --lesson 'search needs bound parameters'",
  ],
  run: (context, input) => moveTo(context, input, { verb: 'close', phase: 'closed' }),
};

export const reopen: Verb = {
  name: 'reopen',
  summary: 'open a closed one again',
  words: [ID],
  options: [{ flags: '--phase <phase>', help: 'where it goes on (triage)', choices: PHASES.slice(0, -1) }, REASON],
  examples: ["holdfast incident reopen 7 --reason 'it went on'"],
  run: (context, input) => moveTo(context, input, { verb: 'reopen', phase: input.text('phase') ?? 'triage' }),
};

export const assign: Verb = {
  name: 'assign',
  summary: 'name who owns it',
  words: [ID, { name: '[name]', help: 'a person; left out: nobody' }],
  options: [REASON],
  examples: ["holdfast incident assign 7 ada --reason 'on call'"],
  run: (context, input) =>
    send(context, input, {
      method: 'PATCH',
      body: { owner: input.words[1] ?? null, reason: input.text('reason') ?? 'assigned' },
      text: ({ owner }) => `${owner ?? 'nobody'} owns it\n`,
    }),
};

export const set: Verb = {
  name: 'set',
  summary: 'change its title, severity, summary or verdict',
  words: [ID],
  options: [
    { flags: '--title <text>', help: 'what happened, in a few words' },
    { flags: '--severity <severity>', help: 'how bad it is', choices: SEVERITIES },
    { flags: '--summary <text>', help: 'what is known' },
    { flags: '--verdict <verdict>', help: 'what it was', choices: VERDICTS },
    REASON,
  ],
  examples: ["holdfast incident set 7 --severity critical --reason 'data left the house'"],
  run: (context, input) =>
    send(context, input, {
      method: 'PATCH',
      body: {
        reason: must(input, 'reason', 'set'),
        ...Object.fromEntries(
          ['title', 'severity', 'summary', 'verdict'].flatMap((name) => {
            const text = input.text(name);
            return text === null ? [] : [[name, text]];
          }),
        ),
      },
      text: ({ revision }) => `changed; revision ${revision}\n`,
    }),
};

export const link: Verb = {
  name: 'link',
  summary: 'say that alerts belong to it',
  words: [ID, { name: '<alert...>', help: 'as `alert list` shows them' }],
  examples: [`holdfast incident link 7 ${SAMPLE}`],
  run: (context, input) =>
    send(context, input, {
      path: '/alerts',
      body: { alerts: input.words.slice(1) },
      text: ({ alerts }) => `it has ${alerts} alerts now\n`,
    }),
};

function openOne(context: Context, input: Input): Promise<Outcome> {
  const body = {
    title: input.words[0] ?? '',
    severity: input.text('severity') ?? 'high',
    application: input.text('app'),
    summary: input.text('summary') ?? '',
    alerts: input.list('alert'),
    isDrill: input.isSet('drill'),
  };
  return change<IncidentDetail>(context, { method: 'POST', path: INCIDENTS, body }, (view) => ({
    data: view,
    text: `incident ${view.number} is open\nnext: holdfast incident show ${view.number}\n`,
  }));
}

function moveTo(context: Context, input: Input, { verb, phase }: { verb: string; phase: string }): Promise<Outcome> {
  const verdict = input.text('verdict');
  const body = {
    phase,
    reason: must(input, 'reason', verb),
    ...(verdict === null ? {} : { verdict }),
    lessons: input.list('lesson'),
    ...(input.isSet('leaveActions') ? { leavesActions: true } : {}),
  };
  return change<IncidentDetail>(context, { method: 'POST', path: `${at(input)}/move`, body }, (view) => ({
    data: view,
    text:
      view.phase === 'closed'
        ? `closed: ${view.verdict ?? '-'}; ${view.openTasks} tasks are open\nnext: holdfast incident report ${view.number}\nundo: holdfast incident reopen ${view.number} --reason TEXT\n`
        : `it is in the phase ${view.phase}\n${view.missing.map((missing) => `missing for the next: ${missing}\n`).join('')}`,
  }));
}
