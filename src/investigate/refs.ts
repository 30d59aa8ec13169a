/** References to objects of the snapshot that carry none. */
import type { ObjectRef } from '../crds/common.ts';

interface Named {
  readonly namespace: string;
  readonly name: string;
}

export const nodeRef = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Node', name });
export const claimRef = ({ namespace, name }: Named): ObjectRef => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name });
export const policyRef = ({ namespace, name }: Named): ObjectRef => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  namespace,
  name,
});
export const budgetRef = ({ namespace, name }: Named): ObjectRef => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  namespace,
  name,
});
