/**
 * What a person may type where an action is right and nothing can deliver it, because its engine or the Git host is what broke; and what belongs into
 * Git afterwards, so that the engine does not set it back once it works again.
 *
 * Whatever is not plainly a name, a number or an image is left out: nothing in a command needs quoting.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { Action } from '../crds/remediationPlan.ts';
import type { GitOwner } from '../gitops/owner.ts';
import { engineOf } from './handoff.ts';

export interface ByHand {
  /** Ready to paste. */
  readonly commands: readonly string[];
  /** Absent where Git says nothing of it. */
  readonly writeBack?: string;
}

export interface ByHandInput {
  readonly action: Action;
  readonly target: ObjectRef;
  /** The image that a container had in a revision; undefined: not known. */
  readonly imageIn?: (container: string, revision: number) => string | undefined;
  readonly owner?: GitOwner | undefined;
}

/** Undefined where it takes more than a command. */
export function byHand(input: ByHandInput): ByHand | undefined {
  const { action, owner } = input;
  const commands = action.type === 'RevertCommit' ? revert(action, owner) : live(input);
  if (commands.length === 0 || !commands.every((command) => PLAIN.test(command))) return undefined;
  if (owner === undefined) return { commands };
  const { repository, ref, path } = owner;
  const where = `${path === '' ? repository : `${path} of ${repository}`}${ref === 'HEAD' ? '' : `, branch ${ref}`}`;
  const writeBack =
    action.type === 'RevertCommit'
      ? `${engineOf(owner)} deploys it once it goes on`
      : `the same belongs into ${where}: without it ${engineOf(owner)} sets it back once it goes on`;
  return { commands, writeBack };
}

/** Words of names, numbers, images, addresses and options. */
const PLAIN = /^[\w.,:/@=+-]+(?: [\w.,:/@=+-]+)*$/u;

function revert({ revertCommit }: Action, owner: ByHandInput['owner']): readonly string[] {
  if (revertCommit === undefined || owner === undefined) return [];
  const folder = 'agent-sre-revert';
  const [branch, to] = owner.ref === 'HEAD' ? ['', 'HEAD'] : [` --branch ${owner.ref}`, `HEAD:${owner.ref}`];
  return [
    `git clone${branch} ${owner.repository} ${folder}`,
    `git -C ${folder} revert --no-edit ${revertCommit.commit}`,
    `git -C ${folder} push origin ${to}`,
  ];
}

function live({ action, target, imageIn }: ByHandInput): readonly string[] {
  const object = `${target.kind.toLowerCase()}/${target.name} -n ${target.namespace ?? 'default'}`;
  const { rollbackWorkload, setImage, scaleWorkload } = action;
  const image = setImage === undefined ? undefined : imageIn?.(setImage.container, setImage.revision);
  const commands = [
    rollbackWorkload === undefined ? undefined : `kubectl rollout undo ${object} --to-revision=${rollbackWorkload.revision}`,
    image === undefined ? undefined : `kubectl set image ${object} ${setImage?.container}=${image}`,
    scaleWorkload === undefined ? undefined : `kubectl scale ${object} --replicas=${scaleWorkload.replicas}`,
    setResources(object, action.setResources),
    action.type === 'RestartWorkload' ? `kubectl rollout restart ${object}` : undefined,
  ];
  return commands.filter((command) => command !== undefined);
}

function setResources(object: string, resources: Action['setResources']): string | undefined {
  if (resources === undefined) return undefined;
  const list = (name: string, memory: number | undefined, cpu: number | undefined): string => {
    const values = [memory === undefined ? '' : `memory=${memory}Mi`, cpu === undefined ? '' : `cpu=${cpu}m`].filter((one) => one !== '');
    return values.length === 0 ? '' : ` --${name}=${values.join(',')}`;
  };
  const { container, memoryLimitMebibytes, cpuLimitMillicores, memoryRequestMebibytes, cpuRequestMillicores } = resources;
  return `kubectl set resources ${object} -c ${container}${list('limits', memoryLimitMebibytes, cpuLimitMillicores)}${list('requests', memoryRequestMebibytes, cpuRequestMillicores)}`;
}
