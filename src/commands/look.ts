/** What a question leads to: a snapshot of a namespace, live or frozen, or of what surrounds one object or alert. */
import { basename } from 'node:path';
import type { Clock } from '../clock.ts';
import type { ObjectRef } from '../crds/common.ts';
import { type Gathered, gather } from '../investigate/gather.ts';
import type { AlertVerdict } from '../sources/alerts.ts';
import { rolloutsOf } from '../sources/changes.ts';
import { type Bundle, readBundle } from '../sources/frozen/bundle.ts';
import { gatherFrozen } from '../sources/frozen/gather.ts';
import { KUBERNETES } from '../sources/kubernetes/reader.ts';
import { refText } from '../text/page.ts';
import type { Connection, NamedAlert, Question } from './arguments.ts';
import { collectNamespace } from './collecting.ts';
import { type Connected, connect } from './connect.ts';
import { CommandError } from './errors.ts';
import { LONGEST_MS, meant, nearby, requireNamespace, withinTime } from './reach.ts';
import type { Redaction } from './redaction.ts';

export interface Looked {
  /** What was looked at, and where it is from, for people. */
  readonly about: string;
  readonly gathered: Gathered;
  readonly targets: readonly ObjectRef[];
  readonly alert?: { readonly named: NamedAlert; readonly verdict: AlertVerdict | undefined } | undefined;
}

export interface Looking {
  readonly clock: Clock;
  readonly redaction: Redaction;
}

export async function look(looking: Looking, question: Question, connection: Connection): Promise<Looked> {
  if (question.kind === 'snapshot') return ofBundle(looking, await readBundle(question.path), `from ${basename(question.path)}`);
  const connected = connect(connection, looking.clock, looking.redaction.cleaner);
  try {
    return await lookLive({ ...looking, connected }, question);
  } finally {
    await connected.close();
  }
}

type Live = Looking & { readonly connected: Connected };

async function lookLive(live: Live, question: Exclude<Question, { readonly kind: 'snapshot' }>): Promise<Looked> {
  switch (question.kind) {
    case 'namespace':
      return lookAtNamespace(live, question.namespace);
    case 'object':
      return lookAtObject(live, question.target, question.namespace ?? live.connected.namespace);
    case 'alert':
      return lookAtAlert(live, question.alert, question.targets);
    default:
      return question satisfies never;
  }
}

async function lookAtNamespace(live: Live, namespace: string): Promise<Looked> {
  return ofBundle(live, await collectNamespace(live, namespace), `in ${live.connected.context}`);
}

async function ofBundle({ redaction }: Looking, bundle: Bundle, where: string): Promise<Looked> {
  const snapshot = await gatherFrozen(bundle, redaction.cleaner);
  return {
    about: `Namespace ${bundle.namespace}, ${where}`,
    gathered: { snapshot, around: snapshot, changes: rolloutsOf(snapshot), calls: 0 },
    targets: [{ apiVersion: 'v1', kind: 'Namespace', name: bundle.namespace }],
  };
}

async function lookAtObject(live: Live, wanted: ObjectRef, namespace: string): Promise<Looked> {
  if (wanted.kind === 'Service') return lookAtService(live, wanted, namespace);
  const target = wanted.kind === 'Node' ? wanted : { ...wanted, namespace };
  const looked = await lookAround(live, [target], refText(target));
  const { missing, unseen, workloads, pods, nodes, gaps } = looked.gathered.snapshot;
  const isBlind = gaps.some(({ source }) => source === KUBERNETES);
  if (missing.length > 0 || (target.kind === 'Node' && nodes.length === 0 && !isBlind))
    throw new CommandError(`there is no ${refText(target)}${await nearby(live.connected.client, target)}`);
  if (unseen.length > 0 && workloads.length + pods.length === 0)
    throw new CommandError(`${refText(target)} cannot be read: ${gaps[0]?.message ?? 'no reason was given'}`);
  return looked;
}

/** With its whole namespace: what is wrong with a Service mostly lies in what it selects, or fails to. */
async function lookAtService(live: Live, { name, ...service }: ObjectRef, namespace: string): Promise<Looked> {
  const looked = await lookAtNamespace(live, namespace);
  const names = looked.gathered.snapshot.services.map((one) => one.name);
  if (!names.includes(name)) throw new CommandError(`there is no Service ${namespace}/${name}${meant(name, names)}`);
  return { ...looked, targets: [...looked.targets, { ...service, namespace, name }] };
}

async function lookAtAlert(live: Live, alert: NamedAlert, targets: readonly ObjectRef[]): Promise<Looked> {
  const [first] = targets;
  const looked =
    first?.kind === 'Namespace'
      ? await lookAtNamespace(live, first.name)
      : await lookAround(live, targets, targets.map(refText).join(', '));
  const verdict = await withinTime(live.clock, async (signal) => live.connected.alerts?.verdict(alert.labels, signal));
  const { missing, workloads, pods } = looked.gathered.snapshot;
  if (missing.length > 0 && workloads.length + pods.length === 0) {
    const place = missing.find(({ namespace }) => namespace !== undefined)?.namespace;
    const instead = place === undefined ? '' : `; ask what is wrong with all of --namespace ${place}`;
    throw new CommandError(`the alert is about ${missing.map(refText).join(', ')}: there is none, and nothing is left of it${instead}`);
  }
  return { ...looked, alert: { named: alert, verdict } };
}

const MOST_CALLS = 300;
const LOOK_BACK_MS = 60 * 60_000;

/** As an Investigation looks at its targets. */
async function lookAround({ connected, clock, redaction }: Live, targets: readonly ObjectRef[], what: string): Promise<Looked> {
  const { client, telemetry, context } = connected;
  await requireNamespace(client, targets.find(({ namespace }) => namespace !== undefined)?.namespace ?? 'default');
  const at = clock.now();
  const gathered = await withinTime(clock, (signal) =>
    gather(
      { kube: client, clock, cleaner: redaction.cleaner, telemetry },
      { targets, window: { start: at - LOOK_BACK_MS, end: at }, at, calls: MOST_CALLS, milliseconds: LONGEST_MS, signal, causes: true },
    ),
  );
  return { about: `${what}, in ${context}`, gathered, targets };
}
