/** A kind of our own, with a status subresource and conditions as a list-map, on the shared API server. */
import type { KubeClient } from '../../../../src/kube/client.ts';
import { isAlreadyExists } from '../../../../src/kube/errors.ts';
import { type Condition, defineResource, type KubeObject } from '../../../../src/kube/object.ts';
import { untilTrue } from '../../../support/until.ts';

export interface Gadget extends KubeObject {
  readonly spec: { readonly size: number };
  readonly status?: {
    readonly observed?: number;
    readonly conditions?: readonly Condition[];
    readonly notes?: readonly string[];
    readonly counts?: Readonly<Record<string, number>>;
  };
}

export const gadgets = defineResource<Gadget>({
  group: 'kube-test.example',
  version: 'v1',
  kind: 'Gadget',
  plural: 'gadgets',
  namespaced: true,
});

const text = { type: 'string' };
const condition = {
  type: 'object',
  required: ['type', 'status'],
  properties: { type: text, status: text, reason: text, message: text, lastTransitionTime: text, observedGeneration: { type: 'integer' } },
};
const status = {
  type: 'object',
  properties: {
    observed: { type: 'integer' },
    conditions: { type: 'array', items: condition, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
    notes: { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' },
    counts: { type: 'object', additionalProperties: { type: 'integer' } },
  },
};
const schema = { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } }, status } };
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.kube-test.example' },
  spec: {
    group: gadgets.group,
    scope: 'Namespaced',
    names: { kind: 'Gadget', listKind: 'GadgetList', plural: 'gadgets', singular: 'gadget' },
    versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema } }],
  },
};

/** Once it is there, it stays: test files share the API server. */
export async function installGadgets(client: KubeClient): Promise<void> {
  try {
    await client.raw('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  await untilTrue('gadgets are served', () =>
    client.list(gadgets).then(
      () => true,
      () => false,
    ),
  );
}
