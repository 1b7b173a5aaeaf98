import type { CommandEntry } from '../command.ts';

/**
 * Every command, in the order of the help. The reference pages, the shell completions and the tests read this table;
 * a body is imported only when its command is named.
 */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'protect an application: start the gateway and the control plane',
    load: async () => (await import('../commands/up.ts')).up,
  },
  { name: 'init', summary: 'write a commented holdfast.yaml', load: async () => (await import('../commands/init.ts')).init },
  {
    name: 'status',
    summary: 'what runs, where, in which mode',
    load: async () => (await import('../commands/status.ts')).status,
  },
  {
    name: 'doctor',
    summary: 'check everything Holdfast needs and say what to do',
    load: async () => (await import('../commands/doctor.ts')).doctor,
  },
  {
    name: 'health',
    summary: 'exit 0 when ready, 1 when not: for container checks',
    load: async () => (await import('../commands/health.ts')).health,
  },
  { name: 'logs', summary: 'show or follow the log of the server', load: async () => (await import('../commands/logs.ts')).logs },
  {
    name: 'test',
    summary: 'send harmless probes through the running gateway',
    load: async () => (await import('../commands/test.ts')).test,
  },
  {
    name: 'explain',
    summary: 'why a request was answered as it was',
    load: async () => (await import('../commands/explain.ts')).explain,
  },
  {
    name: 'ban',
    summary: 'ban addresses, lift bans, keep the allow-list',
    load: async () => (await import('../commands/ban.ts')).ban,
  },
  {
    name: 'alert',
    summary: 'what the watch found: look, acknowledge, close; where it is told, and what is not told for a while',
    load: async () => (await import('../commands/alert/alert.ts')).alert,
  },
  {
    name: 'clock',
    summary: 'clocks of the law: what has to be filed by when, drafts of it, and what became of it',
    load: async () => (await import('../commands/clock/clock.ts')).clock,
  },
  {
    name: 'isolate',
    summary: 'cut an application or a route off, or let it only be read; show what is cut off',
    load: async () => (await import('../commands/isolation/isolate.ts')).isolate,
  },
  {
    name: 'release',
    summary: 'let go what is cut off, after its checks',
    load: async () => (await import('../commands/isolation/release.ts')).release,
  },
  {
    name: 'incident',
    summary: 'incidents: look, open, move through their phases, notes, files, tasks, report',
    load: async () => (await import('../commands/incident/incident.ts')).incident,
  },
  {
    name: 'action',
    summary: 'what is done about incidents: plan, run, agree, undo, do again',
    load: async () => (await import('../commands/action/action.ts')).action,
  },
  {
    name: 'upload',
    summary: 'files that were not passed on: look, release, delete; bad hashes; scanners',
    load: async () => (await import('../commands/upload/upload.ts')).upload,
  },
  {
    name: 'bypass',
    summary: 'break-glass: refuse nothing for a while',
    load: async () => (await import('../commands/bypass.ts')).bypass,
  },
  {
    name: 'exception',
    summary: 'places where one rule does not fire',
    load: async () => (await import('../commands/exception.ts')).exception,
  },
  {
    name: 'patch',
    summary: 'virtual patches: close one hole until it is repaired',
    load: async () => (await import('../commands/patch.ts')).patch,
  },
  {
    name: 'tune',
    summary: 'from monitor to enforce: what was found, what to except, when to block',
    load: async () => (await import('../commands/tune.ts')).tune,
  },
  { name: 'app', summary: 'protected applications and their modes', load: async () => (await import('../commands/app.ts')).app },
  {
    name: 'csp',
    summary: 'content security policy: what browsers reported, what to allow',
    load: async () => (await import('../commands/csp.ts')).csp,
  },
  {
    name: 'schema',
    summary: 'routes and parameters: learned, proposed, accepted, enforced',
    load: async () => (await import('../commands/schema.ts')).schema,
  },
  {
    name: 'audit',
    summary: 'the ledger: read, verify, prove, export',
    load: async () => (await import('../commands/audit.ts')).audit,
  },
  {
    name: 'admin',
    summary: 'the first administrator, and the way back in',
    load: async () => (await import('../commands/admin.ts')).admin,
  },
  { name: 'user', summary: 'people: invite, change, disable', load: async () => (await import('../commands/user.ts')).user },
  { name: 'mfa', summary: 'second factors of people', load: async () => (await import('../commands/mfa.ts')).mfa },
  {
    name: 'policy',
    summary: 'who may do what: access policies, checked, accepted, undone',
    load: async () => (await import('../commands/policy.ts')).policy,
  },
  { name: 'session', summary: 'who is signed in', load: async () => (await import('../commands/session.ts')).session },
  { name: 'token', summary: 'tokens for automation', load: async () => (await import('../commands/token.ts')).token },
  {
    name: 'service',
    summary: 'accounts for programs',
    load: async () => (await import('../commands/service.ts')).service,
  },
  {
    name: 'secret',
    summary: 'secrets of applications: versions, who may read, records',
    load: async () => (await import('../commands/secret.ts')).secret,
  },
  {
    name: 'run',
    summary: 'start a program with secrets in its environment',
    load: async () => (await import('../commands/secret/run.ts')).runCommand,
  },
  {
    name: 'detect',
    summary: 'what the watch looks for: Sigma rules and behaviours',
    load: async () => (await import('../commands/detect.ts')).detect,
  },
  {
    name: 'intel',
    summary: 'what the world knows to be bad: sources, indicators, look-ups',
    load: async () => (await import('../commands/intel.ts')).intel,
  },
  {
    name: 'playbook',
    summary: 'what is done about incidents, step after step',
    load: async () => (await import('../commands/playbook/playbook.ts')).playbook,
  },
  {
    name: 'advise',
    summary: 'rights that nobody uses, and smaller ones',
    load: async () => (await import('../commands/advise.ts')).advise,
  },
  {
    name: 'trust',
    summary: 'make this machine trust the local certificate',
    load: async () => (await import('../commands/trust.ts')).trust,
  },
  {
    name: 'config',
    summary: 'show, check and export the configuration',
    load: async () => (await import('../commands/config.ts')).config,
  },
  {
    name: 'backup',
    summary: 'one encrypted file: create, verify, restore; made by themselves',
    load: async () => (await import('../commands/backup.ts')).backup,
  },
  {
    name: 'recover',
    summary: 'after a disaster: a checklist from the newest good backup to serving again',
    load: async () => (await import('../commands/recovery/recover.ts')).recover,
  },
  {
    name: 'drill',
    summary: 'restore a backup on trial: how long it takes, what would be lost',
    load: async () => (await import('../commands/recovery/drill.ts')).drill,
  },
  {
    name: 'key',
    summary: 'keys that seal what is stored: versions, rotation, proof',
    load: async () => (await import('../commands/key.ts')).key,
  },
  {
    name: 'env',
    summary: 'environment files for git, each value encrypted',
    load: async () => (await import('../commands/env.ts')).env,
  },
  {
    name: 'completion',
    summary: 'completions for bash, zsh, fish and PowerShell',
    load: async () => (await import('../commands/completion.ts')).completion,
  },
  {
    name: 'uninstall',
    summary: 'list, and with --purge remove, everything Holdfast placed here',
    load: async () => (await import('../commands/uninstall.ts')).uninstall,
  },
];
