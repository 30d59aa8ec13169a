import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../../src/crds/common.ts';
import { deleting } from '../../../../src/investigate/analyzers/deleting.ts';
import type { DeletingObject, Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, node, pod, snapshot } from '../builders.ts';
import { condition } from '../objectBuilders.ts';

const of = (ref: ObjectRef, more: Partial<DeletingObject> = {}): DeletingObject => ({
  ref,
  since: ago(20),
  finalizers: [],
  conditions: [],
  evidence: `object/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`,
  ...more,
});
const namespace = { kind: 'Namespace', name: 'shop' };
const claim = { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' };
const ofPod = { kind: 'Pod', namespace: 'shop', name: 'cart-1' };

interface Case {
  readonly name: string;
  readonly deleting: DeletingObject;
  readonly more?: Partial<Snapshot>;
  readonly want: readonly string[];
}

describe('deleting', () => {
  test.each<Case>([
    {
      name: 'a namespace that holds something',
      deleting: of(namespace, {
        conditions: [condition('NamespaceContentRemaining', 'True', 'SomeResourcesRemain', 'widgets has 1 instance')],
      }),
      want: [
        'NamespaceStuckTerminating: Namespace shop is being deleted since 2026-01-01 11:40:00 UTC and does not go away: “widgets has 1 instance”.',
      ],
    },
    { name: 'a namespace that is being deleted just now', deleting: of(namespace, { since: ago(2) }), want: [] },
    {
      name: 'a finalizer that nobody removes',
      deleting: of({ kind: 'Widget', namespace: 'shop', name: 'w' }, { finalizers: ['example.com/guard'] }),
      want: [
        'StuckTerminating: Widget/shop/w is being deleted since 2026-01-01 11:40:00 UTC and does not go away, as nobody removes example.com/guard.',
      ],
    },
    {
      name: 'a claim that is in use',
      deleting: of(claim, { finalizers: ['kubernetes.io/pvc-protection'] }),
      more: { pods: [pod({ claims: ['data'] })] },
      want: [
        'StuckTerminating: PersistentVolumeClaim/shop/data is being deleted since 2026-01-01 11:40:00 UTC and does not go away, as nobody removes kubernetes.io/pvc-protection; it is in use by cart-1.',
      ],
    },
    {
      name: 'a pod whose node is gone',
      deleting: of(ofPod),
      more: { nodes: [node('n1', { ready: false })] },
      want: [
        'StuckTerminating: Pod/shop/cart-1 is being deleted since 2026-01-01 11:40:00 UTC and does not go away; its node n1 is not ready.',
      ],
    },
    { name: 'a pod that is within its grace', deleting: of(ofPod, { since: ago(-10) }), want: [] },
  ])('$name', ({ deleting: object, more, want }) => {
    const found = [...deleting.find(snapshot({ deleting: [object], ...more }))];
    expect(found.map(({ reason, message }) => `${reason}: ${message}`)).toEqual(want);
  });
});
