/**
 * Completion in a shell: `kubectl sre completion bash|zsh|fish` prints a script that asks `kubectl-sre __complete WORDS…` for what could come next.
 *
 * `__complete` speaks as kubectl does: a candidate a line (behind a tab, what it is), and a last line `:4`, "no file names". kubectl itself asks
 * it by way of `kubectl_complete-sre`. It never fails: what cannot be asked is not offered.
 */
import { CLOSURE_REASONS } from '../crds/incident.ts';
import { COMMANDS, COMMON_OPTIONS, type CommandEntry, OPTIONS, type Option, type SHELLS } from './commandTable.ts';

export interface Names {
  readonly incidents: () => Promise<readonly string[]>;
  readonly plans: () => Promise<readonly string[]>;
}

/** @param words what stands after `kubectl sre`, the last one being typed */
export async function candidates(words: readonly string[], names: Names): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const said = positionals(before);
  const option = optionOf(before.at(-1));
  const found = option === undefined ? await afterWords(said, typed, names) : valuesOf(option, said[0]);
  return found.filter((candidate) => candidate.startsWith(typed));
}

async function afterWords(said: readonly string[], typed: string, names: Names): Promise<readonly string[]> {
  const [first, second] = said;
  if (first === undefined) return typed.startsWith('-') ? [] : commandsOf();
  const entry = COMMANDS[`${first} ${second ?? ''}`] ?? COMMANDS[first];
  if (entry === undefined) return [];
  if (typed.startsWith('-')) return [...entry.options, ...COMMON_OPTIONS].map((option) => `--${option}`);
  return second === undefined ? [...(entry.words ?? []), ...(await namesFor(entry, names))] : [];
}

/** `audit verify` is offered after `audit`. */
const commandsOf = (): readonly string[] =>
  Object.entries(COMMANDS).flatMap(([command, { says }]) => (command.includes(' ') ? [] : [`${command}\t${says}`]));

async function namesFor({ about }: CommandEntry, { incidents, plans }: Names): Promise<readonly string[]> {
  if (about === undefined) return [];
  const asked = [...(about === 'a plan' ? [] : [incidents]), ...(about === 'an Incident' ? [] : [plans])];
  return (await Promise.all(asked.map((ask) => ask().catch(() => [])))).flat();
}

/** The option whose value is typed, if one is. */
function optionOf(word: string | undefined): Option | undefined {
  const named = Object.entries(OPTIONS).find(
    ([name, option]) => word === `--${name}` || ('short' in option && word === `-${option.short}`),
  );
  return named === undefined || named[1].type === 'boolean' ? undefined : (named[0] as Option);
}

function valuesOf(option: Option, command: string | undefined): readonly string[] {
  if (option === 'output') return ['json', 'yaml'];
  return option === 'reason' && command === 'close' ? CLOSURE_REASONS : [];
}

function positionals(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => !word.startsWith('-') && optionOf(words[index - 1]) === undefined);
}

const NOTE = '# To try it: ';
const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `${NOTE}source <(kubectl sre completion bash)
_kubectl_sre() {
  local IFS=$'\\n'
  COMPREPLY=($(kubectl-sre __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | grep -v '^:' | cut -f1))
}
complete -F _kubectl_sre kubectl-sre`,
  zsh: `#compdef kubectl-sre
${NOTE}source <(kubectl sre completion zsh)
_kubectl_sre() {
  local -a found
  local line tab=$'\\t'
  for line in "\${(@f)$(kubectl-sre __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line || $line == :* ]] && continue
    line=\${line//:/\\\\:}
    found+=("\${line/$tab/:}")
  done
  _describe 'kubectl sre' found
}
compdef _kubectl_sre kubectl-sre`,
  fish: `${NOTE}kubectl sre completion fish | source
function __kubectl_sre
  set -l words (commandline -opc) (commandline -ct)
  kubectl-sre __complete $words[2..-1] 2>/dev/null | string match -v -r '^:'
end
complete -c kubectl-sre -f -a '(__kubectl_sre)'`,
};

/** `kubectl sre <TAB>` is for kubectl's own completion, which asks a program of that name. */
const OF_KUBECTL = `# For "kubectl sre <TAB>", kubectl's own completion asks kubectl_complete-sre: put it on the PATH, as
#   #!/bin/sh
#   exec kubectl-sre __complete "$@"`;

export const completionScript = (shell: (typeof SHELLS)[number]): string => `${SCRIPTS[shell]}\n${OF_KUBECTL}`;
