/** The command lines of `agent-sre diagnose` and `agent-sre collect`, checked. */

import { parseArgs } from 'node:util';
import type { ObjectRef } from '../crds/common.ts';
import { targetsOf } from '../domain/alertTargets.ts';
import { LABEL_NAME } from '../domain/kubernetesNames.ts';
import { readAlert } from './alertText.ts';
import { readObject, refIn } from './objectText.ts';

const DIAGNOSE_USAGE = `Usage: agent-sre diagnose WHAT [--json]

  --snapshot FILE                 what agent-sre collect wrote; no cluster is asked
  --namespace NS                  all that is in a namespace
  --object KIND/NAME [-n NS]      one workload, pod, Service or node
  --alert 'NAME{label="value"}'   what an alert is about, by its labels

  --json                          for programs: rootCause (null if there is none), candidates,
                                  findings, gaps, elapsedMs
  --context NAME  --kubeconfig FILE  --config FILE

Reads, and changes nothing; nothing has to be installed.
Ends with 0 when it could look, whatever it found; 1 when it could not; 2 when called wrongly.`;

const COLLECT_USAGE = `Usage: agent-sre collect --namespace NS [--output FILE.json.gz]

Writes what a diagnosis needs into one file (NS-TIME.json.gz unless named), without Secrets and
with what looks like a secret taken out. Ends with 0 when it did, 1 when it could not, 2 when
called wrongly.

  --context NAME  --kubeconfig FILE  --config FILE`;

export interface Connection {
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  /** Of the sources that may be asked besides the cluster. */
  readonly config: string | undefined;
}

export interface NamedAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type Question =
  | { readonly kind: 'snapshot'; readonly path: string }
  | { readonly kind: 'namespace'; readonly namespace: string }
  /** Without a namespace, that of the context. */
  | { readonly kind: 'object'; readonly target: ObjectRef; readonly namespace: string | undefined }
  | { readonly kind: 'alert'; readonly alert: NamedAlert; readonly targets: readonly ObjectRef[] };

export type Command = Connection &
  (
    | { readonly command: 'help'; readonly usage: string }
    | { readonly command: 'diagnose'; readonly question: Question; readonly json: boolean }
    | { readonly command: 'collect'; readonly namespace: string; readonly output: string | undefined }
  );

export type CommandName = 'diagnose' | 'collect';

/** Called wrongly: the message says what is wrong, and the usage follows. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly usage: string;

  constructor(message: string, usage: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.usage = usage;
  }
}

const COMMON = {
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;
const DIAGNOSE = {
  ...COMMON,
  snapshot: { type: 'string' },
  object: { type: 'string' },
  alert: { type: 'string' },
  json: { type: 'boolean' },
} as const;
const COLLECT = { ...COMMON, output: { type: 'string', short: 'o' } } as const;

export function readArguments(name: CommandName, args: readonly string[]): Command {
  const usage = name === 'diagnose' ? DIAGNOSE_USAGE : COLLECT_USAGE;
  try {
    return name === 'diagnose' ? readDiagnose(args) : readCollect(args);
  } catch (error) {
    throw new UsageError((error as Error).message, usage, { cause: error });
  }
}

function readDiagnose(args: readonly string[]): Command {
  const { values } = parseArgs({ args: [...args], options: DIAGNOSE });
  const connection = connectionOf(values);
  if (values.help === true) return { ...connection, command: 'help', usage: DIAGNOSE_USAGE };
  return { ...connection, command: 'diagnose', question: questionOf(values), json: values.json === true };
}

function readCollect(args: readonly string[]): Command {
  const { values } = parseArgs({ args: [...args], options: COLLECT });
  const connection = connectionOf(values);
  if (values.help === true) return { ...connection, command: 'help', usage: COLLECT_USAGE };
  if (values.namespace === undefined) throw new Error('say which namespace: --namespace NS');
  if (values.output === '') throw new Error('--output is empty; name a file');
  return { ...connection, command: 'collect', namespace: namespaceName(values.namespace), output: values.output };
}

const connectionOf = ({ context, kubeconfig, config }: { [K in keyof Connection]?: string }): Connection => ({
  context,
  kubeconfig,
  config,
});

interface Asked {
  readonly snapshot?: string | undefined;
  readonly object?: string | undefined;
  readonly alert?: string | undefined;
  readonly namespace?: string | undefined;
}

function questionOf({ snapshot, object, alert, namespace: wanted }: Asked): Question {
  const ways = [snapshot, object, alert].filter((way) => way !== undefined);
  const namespace = wanted === undefined ? undefined : namespaceName(wanted);
  if (ways.length > 1) throw new Error('--snapshot, --object and --alert are three questions; ask one at a time');
  if (snapshot !== undefined) {
    if (namespace !== undefined) throw new Error('a snapshot is of one namespace, and says which; leave --namespace out');
    return { kind: 'snapshot', path: snapshot };
  }
  if (object !== undefined) return objectQuestion(object, namespace);
  if (alert !== undefined) return alertQuestion(alert, namespace);
  if (namespace !== undefined) return { kind: 'namespace', namespace };
  throw new Error('say what to look at: --snapshot, --namespace, --object or --alert');
}

function objectQuestion(text: string, namespace: string | undefined): Question {
  const target = readObject(text);
  if (target.kind === 'Namespace') return { kind: 'namespace', namespace: namespaceName(target.name) };
  return { kind: 'object', target: refIn(target, namespace), namespace };
}

function alertQuestion(text: string, namespace: string | undefined): Question {
  const alert = readAlert(text);
  const labels = namespace === undefined ? alert.labels : { namespace, ...alert.labels };
  const targets = targetsOf(labels);
  const [first] = targets;
  if (first === undefined)
    throw new Error(
      `the labels of ${alert.name} name no object of the cluster; add those of its namespace and pod, deployment, service or node, as in KubePodCrashLooping{namespace="shop",pod="cart-0"}`,
    );
  return { kind: 'alert', alert: { name: alert.name, labels }, targets };
}

function namespaceName(text: string): string {
  if (LABEL_NAME.test(text)) return text;
  throw new Error(`"${text}" cannot be the name of a namespace: a to z, 0 to 9 and -, at most 63 characters`);
}
