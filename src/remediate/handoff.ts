/** No safe action: a result, which says what a person should look at, and with which commands. */

import type { ObjectRef } from '../crds/common.ts';
import type { GitOwner, Owner } from '../gitops/owner.ts';

export type HandoffReason =
  | 'NoRootCause'
  | 'LowConfidence'
  | 'NoWorkload'
  | 'ProtectedNamespace'
  | 'OutOfScope'
  | 'NoOwner'
  | 'UnsupportedOwner'
  | 'OwnerSuspended'
  | 'OwnerFailing'
  | 'NoSafeAction'
  | 'TooManyProposals';

export interface Handoff {
  readonly kind: 'handoff';
  readonly reason: HandoffReason;
  readonly message: string;
  readonly lookAt: readonly string[];
  /** Ready to paste. */
  readonly commands: readonly string[];
}

export function handOff(
  reason: HandoffReason,
  message: string,
  about: { readonly lookAt?: readonly string[]; readonly commands?: readonly string[] } = {},
): Handoff {
  return { kind: 'handoff', reason, message: message.slice(0, 1000), lookAt: about.lookAt ?? [], commands: about.commands ?? [] };
}

/** Names of Kubernetes objects need no quoting; anything else is left out of a command. */
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/u;

export function commandsFor({ kind, namespace = 'default', name }: ObjectRef): readonly string[] {
  if (!NAME.test(name) || !NAME.test(namespace)) return [];
  const object = `${kind.toLowerCase()}/${name}`;
  const commands = [`kubectl describe ${object} -n ${namespace}`, `kubectl get events -n ${namespace} --sort-by=.lastTimestamp`];
  return kind === 'Pod' || kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet'
    ? [...commands, `kubectl logs ${object} -n ${namespace} --all-containers --tail=50`]
    : commands;
}

/** Why an owner can't be written to; undefined when it can. */
export function ownerHandoff(owner: Owner, target: ObjectRef): Handoff | undefined {
  const where = `${target.kind} ${target.namespace ?? ''}/${target.name}`;
  if (owner.engine === 'None') {
    return handOff('NoOwner', `${where} is not applied by a GitOps engine: there is no repository to change`, {
      commands: commandsFor(target),
    });
  }
  if (owner.engine === 'Unsupported') {
    const lookAt = owner.object === undefined ? [] : [`${owner.object.kind} ${owner.object.namespace ?? ''}/${owner.object.name}`];
    return handOff('UnsupportedOwner', `${where}: ${owner.reason}`, {
      lookAt,
      commands: [...(owner.commands ?? []), ...commandsFor(target)],
    });
  }
  const engine = engineOf(owner);
  if (owner.suspended) {
    return handOff('OwnerSuspended', `${engine}, which deploys ${where}, or its source, is suspended: a commit would not be deployed`, {
      lookAt: [engine],
      commands: resumeCommands(owner),
    });
  }
  // What it has not come to yet it will come to: the plan waits for that.
  if (owner.ready.ok || owner.ready.reason === 'NotReconciled' || APPLIED_AND_ILL.has(owner.ready.reason)) return undefined;
  return handOff('OwnerFailing', `${engine}, which deploys ${where}, fails itself: ${owner.ready.reason}: ${owner.ready.message}`, {
    lookAt: [engine],
    commands: describeCommands(owner),
  });
}

/** `Kustomization flux-system/shop` */
export function engineOf({ object }: GitOwner): string {
  return `${object.kind} ${object.namespace ?? ''}/${object.name}`;
}

/** What makes the engine act again: the owner, what applies it, and their source. */
export function resumeCommands({ engine, object, through, source }: GitOwner): readonly string[] {
  const { name, namespace = '' } = object;
  if (engine === 'ArgoCD') return [`argocd app set ${name} --sync-policy automated`, `argocd app sync ${name}`];
  const own = `flux resume ${object.kind.toLowerCase()} ${name} -n ${namespace}`;
  const rest =
    through === undefined ? [`flux resume source git ${source.name} -n ${source.namespace ?? namespace}`] : resumeCommands(through);
  return [own, ...rest];
}

function describeCommands({ engine, object }: GitOwner): readonly string[] {
  const { kind, name, namespace = '', apiVersion = '' } = object;
  const [group = ''] = apiVersion.split('/');
  if (engine === 'ArgoCD') return [`kubectl describe application.${group}/${name} -n ${namespace}`, `argocd app get ${name} --refresh`];
  return [
    `kubectl describe ${kind.toLowerCase()}.${group}/${name} -n ${namespace}`,
    `flux logs --kind=${kind} --name=${name} -n ${namespace}`,
  ];
}

/** Reasons of an owner that is not ready although it applies what it is given. */
export const APPLIED_AND_ILL: ReadonlySet<string> = new Set([
  'HealthCheckFailed',
  'HealthCheckCanceled',
  'Progressing',
  'ProgressingWithRetry',
  'InstallFailed',
  'UpgradeFailed',
  'RollbackSucceeded',
  'RetriesExceeded',
]);
