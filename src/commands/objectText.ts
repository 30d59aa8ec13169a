/** An object as people name it to kubectl: `deployment/cart`, `sts/db`, `deployments.apps/cart`. */

import type { ObjectRef } from '../crds/common.ts';
import { POSSIBLE_OBJECT_NAME } from '../domain/kubernetesNames.ts';

interface Kind {
  readonly kind: string;
  readonly apiVersion: string;
  readonly names: readonly string[];
  readonly isClusterWide?: boolean;
}

/** Those that a diagnosis can begin at. */
const KINDS: readonly Kind[] = [
  { kind: 'Deployment', apiVersion: 'apps/v1', names: ['deployment', 'deployments', 'deploy'] },
  { kind: 'StatefulSet', apiVersion: 'apps/v1', names: ['statefulset', 'statefulsets', 'sts'] },
  { kind: 'DaemonSet', apiVersion: 'apps/v1', names: ['daemonset', 'daemonsets', 'ds'] },
  { kind: 'ReplicaSet', apiVersion: 'apps/v1', names: ['replicaset', 'replicasets', 'rs'] },
  { kind: 'Job', apiVersion: 'batch/v1', names: ['job', 'jobs'] },
  { kind: 'CronJob', apiVersion: 'batch/v1', names: ['cronjob', 'cronjobs', 'cj'] },
  { kind: 'Pod', apiVersion: 'v1', names: ['pod', 'pods', 'po'] },
  { kind: 'Service', apiVersion: 'v1', names: ['service', 'services', 'svc'] },
  { kind: 'Node', apiVersion: 'v1', names: ['node', 'nodes', 'no'], isClusterWide: true },
  { kind: 'Namespace', apiVersion: 'v1', names: ['namespace', 'namespaces', 'ns'], isClusterWide: true },
];

/** Without a namespace. Throws what is wrong with it. */
export function readObject(text: string): ObjectRef {
  const [said = '', name, ...more] = text.split('/');
  if (name === undefined || name === '' || more.length > 0)
    throw new Error(`"${text}" is no object; write KIND/NAME, as in deployment/cart, and its namespace after -n`);
  const group = said.indexOf('.');
  const wanted = (group < 0 ? said : said.slice(0, group)).toLowerCase();
  const found = KINDS.find(({ names }) => names.includes(wanted));
  if (found === undefined)
    throw new Error(`a diagnosis cannot begin at a "${said}"; name a ${KINDS.map(({ names }) => names[0]).join(', ')}`);
  if (!POSSIBLE_OBJECT_NAME.test(name)) throw new Error(`"${name}" cannot be the name of an object`);
  return { apiVersion: found.apiVersion, kind: found.kind, name };
}

export function refIn(target: ObjectRef, namespace: string | undefined): ObjectRef {
  const isClusterWide = KINDS.find(({ kind }) => kind === target.kind)?.isClusterWide === true;
  return isClusterWide || namespace === undefined ? target : { ...target, namespace };
}
