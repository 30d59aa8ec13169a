/** What to use in place of a program that does not run here. */
import { ToolError } from '../errors.ts';

const NETWORK =
  'There is no network here. For metrics take query_metrics, for logs get_pod_logs or query_logs, for traces query_traces, for the cluster kubectl_get';
const FILES = 'There are no files here: pass the text as input, to jq, yq, grep or sed';
const LANGUAGES = 'No language and no shell runs here: jq, yq, grep and sed do, joined by |';

const INSTEAD: Readonly<Record<string, string>> = {
  curl: NETWORK,
  wget: NETWORK,
  http: NETWORK,
  nc: NETWORK,
  ping: NETWORK,
  dig: NETWORK,
  nslookup: NETWORK,
  kubectl: 'Take kubectl_get, kubectl_describe or kubectl_logs',
  oc: 'Take kubectl_get, kubectl_describe or kubectl_logs',
  helm: 'Take flux_status for releases, kubectl_get for what they made',
  flux: 'Take flux_status',
  argocd: 'Take flux_status, which shows Applications of Argo CD too',
  git: 'Take git_status or git_pull; changes are proposed, by git_commit',
  gh: 'Take git_status; changes are proposed, by git_commit',
  promtool: 'Take query_prometheus',
  logcli: 'Take query_logs',
  cat: FILES,
  head: FILES,
  tail: FILES,
  ls: FILES,
  find: FILES,
  echo: FILES,
  tee: FILES,
  awk: LANGUAGES,
  gawk: LANGUAGES,
  perl: LANGUAGES,
  python: LANGUAGES,
  python3: LANGUAGES,
  node: LANGUAGES,
  sh: LANGUAGES,
  bash: LANGUAGES,
  xargs: LANGUAGES,
  egrep: 'Take grep -E',
  fgrep: 'Take grep -F',
};

export function useInstead(program: string): ToolError {
  const name = program.slice(0, 40).replace(/[^\w./-]/gu, '?');
  const advice = Object.hasOwn(INSTEAD, program) ? INSTEAD[program] : 'Only jq, yq, grep and sed do';
  return new ToolError('Invalid', `${name} does not run here. ${advice ?? ''}.`);
}
