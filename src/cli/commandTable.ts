/** The commands of `kubectl sre`, once: their help, the options that each takes, and what the shell completes are all made of this table. */
import { CLOSURE_REASONS } from '../crds/incident.ts';
import { wrapped } from '../text/layout.ts';

export const OPTIONS = {
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  operator: { type: 'string' },
  output: { type: 'string', short: 'o' },
  all: { type: 'boolean', short: 'a' },
  digest: { type: 'string' },
  reason: { type: 'string' },
  comment: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  instead: { type: 'string' },
  set: { type: 'string', multiple: true },
  since: { type: 'string' },
  until: { type: 'string' },
  for: { type: 'string' },
  lift: { type: 'boolean' },
  remove: { type: 'boolean' },
  'public-key': { type: 'string', multiple: true },
  expect: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

export type Option = keyof typeof OPTIONS;

/** Taken by every command. */
export const COMMON_OPTIONS = ['namespace', 'context', 'kubeconfig', 'operator', 'help'] as const satisfies readonly Option[];

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export interface CommandEntry {
  /** What follows the command. */
  readonly usage: string;
  readonly says: string;
  readonly options: readonly Option[];
  /** What its name is of, which the shell completes. */
  readonly about?: 'an Incident' | 'a plan' | 'an Incident or a plan' | undefined;
  /** Words that may stand in place of a name. */
  readonly words?: readonly string[];
}

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  get: { usage: '[--all] [-o json|yaml]', says: 'open Incidents, and who has to act', options: ['output', 'all'] },
  show: {
    usage: 'INCIDENT|PLAN [-o json|yaml]',
    says: 'the diagnosis, what changed, the diff',
    options: ['output'],
    about: 'an Incident or a plan',
  },
  why: {
    usage: 'INCIDENT [-o json|yaml]',
    says: 'from the finding to the change, with the evidence for it and against it',
    options: ['output'],
    about: 'an Incident',
  },
  watch: {
    usage: '[INCIDENT]',
    says: 'what happens, a line each; with a name until it is resolved (exit code 0) or gone (1)',
    options: [],
    about: 'an Incident',
  },
  ack: { usage: 'INCIDENT [--comment TEXT]', says: 'you look after it', options: ['comment'], about: 'an Incident' },
  expect: {
    usage: 'INCIDENT --until 24h|2026-11-21 --reason TEXT',
    says: 'until then nobody is told of it, and no new plan is made',
    options: ['until', 'reason'],
    about: 'an Incident',
  },
  silence: {
    usage: 'INCIDENT --for 2h --reason TEXT | --lift',
    says: 'silences its alerts in every Alertmanager, in your name; work on it goes on',
    options: ['for', 'reason', 'lift'],
    about: 'an Incident',
  },
  runbook: {
    usage: 'INCIDENT URL | --remove',
    says: 'a link to a runbook, shown beside the diagnosis',
    options: ['remove'],
    about: 'an Incident',
  },
  close: {
    usage: 'INCIDENT --reason REASON [--comment TEXT]',
    says: `ends it by your word, as ${CLOSURE_REASONS.slice(0, -1).join(', ')} or ${CLOSURE_REASONS.at(-1)}`,
    options: ['reason', 'comment'],
    about: 'an Incident',
  },
  record: {
    usage: '[WORKLOAD] [-o json|yaml]',
    says: 'what became of plans, and what people did instead',
    options: ['output'],
  },
  approve: {
    usage: 'PLAN [--digest sha256:…] [--reason TEXT] [--yes]',
    says: 'shows the diff again, and approves exactly that',
    options: ['digest', 'reason', 'yes'],
    about: 'a plan',
  },
  reject: {
    usage: 'PLAN --reason TEXT',
    says: 'says no; nothing is changed',
    options: ['digest', 'reason', 'yes'],
    about: 'a plan',
  },
  propose: {
    usage: 'PLAN [--instead ACTION] [--set NAME=VALUE]...',
    says: 'another plan in its place, of your own: an alternative, or another value',
    options: ['instead', 'set'],
    about: 'a plan',
  },
  debts: { usage: '[-o json|yaml]', says: 'what is left behind until somebody ends it, overdue first', options: ['output'] },
  stop: { usage: '[--reason TEXT]', says: 'no effect begins any more; what is in flight is cut short', options: ['reason'] },
  start: { usage: '[--reason TEXT]', says: 'goes on', options: ['reason'] },
  audit: {
    usage: '[--since 24h|2026-11-21]',
    says: 'what was done and refused, and by whom',
    options: ['since'],
    words: ['export', 'verify'],
  },
  'audit export': { usage: '[--since …]', says: 'the same, a line of JSON an entry', options: ['since'] },
  'audit verify': {
    usage: '[--public-key FILE] [--expect HASH]',
    says: 'whether nothing of it was changed',
    options: ['public-key', 'expect'],
  },
  completion: { usage: SHELLS.join('|'), says: 'a script that completes all this in your shell', options: [], words: SHELLS },
};

const WIDTH = 80;
const COLUMN = 40;

function helpLines([command, { usage, says }]: readonly [string, CommandEntry]): readonly string[] {
  const call = `  ${command} ${usage}`.trimEnd();
  const [first = '', ...rest] = wrapped(says, WIDTH - COLUMN).map((line) => `${' '.repeat(COLUMN)}${line}`);
  return call.length < COLUMN - 1 ? [`${call.padEnd(COLUMN)}${first.trimStart()}`, ...rest] : [call, first, ...rest];
}

export const USAGE = `Usage: kubectl sre COMMAND [-n NAMESPACE] [--context NAME] [--kubeconfig FILE]

${Object.entries(COMMANDS).flatMap(helpLines).join('\n')}

Without -n it looks in all namespaces that you may see; for record, -n is the
workload's. --operator NAMESPACE says where Agent-SRE lives, if that is not
agent-sre.`;
