/**
 * Admission policies and their bindings, as data.
 *
 * Every field that the API server would default is written out, so that a policy which was applied can be compared with its source, field by
 * field: the executor acts only while the two are equal.
 */
import { type Manifest, partOf } from '../manifest.ts';

interface ResourceRule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[];
}

export interface Named {
  readonly name: string;
  readonly expression: string;
}

interface Validation {
  readonly expression: string;
  /** A CEL expression that gives a string: what is wrong, why, and what to do. */
  readonly messageExpression: string;
  /** What is said if `messageExpression` itself fails. */
  readonly message: string;
  /** Forbidden (403) for who somebody is, Invalid (422) for what they wrote. */
  readonly reason: 'Forbidden' | 'Invalid';
}

interface Policy {
  readonly name: string;
  /** Why there is such a policy, for whoever reads it in the cluster. */
  readonly purpose: string;
  readonly rules: readonly ResourceRule[];
  readonly matchConditions?: readonly Named[];
  readonly variables?: readonly Named[];
}

export interface ValidatingPolicy extends Policy {
  readonly validations: readonly Validation[];
}

export interface MutatingPolicy extends Policy {
  /** CEL expressions, each a list of JSONPatch. */
  readonly patches: readonly string[];
}

const API_VERSION = 'admissionregistration.k8s.io/v1';
const everything = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} } as const;

/** The policy and its binding: an unbound policy judges nothing. */
export function validatingPolicy({ validations, ...policy }: ValidatingPolicy): readonly Manifest[] {
  return [
    { ...head('ValidatingAdmissionPolicy', policy), spec: { ...common(policy), validations } },
    { ...head('ValidatingAdmissionPolicyBinding', policy), spec: { policyName: policy.name, validationActions: ['Deny'] } },
  ];
}

export function mutatingPolicy({ patches, ...policy }: MutatingPolicy): readonly Manifest[] {
  const mutations = patches.map((expression) => ({ patchType: 'JSONPatch', jsonPatch: { expression } }));
  return [
    { ...head('MutatingAdmissionPolicy', policy), spec: { ...common(policy), reinvocationPolicy: 'IfNeeded', mutations } },
    { ...head('MutatingAdmissionPolicyBinding', policy), spec: { policyName: policy.name } },
  ];
}

function head(kind: string, { name, purpose }: Policy): Manifest {
  return { apiVersion: API_VERSION, kind, metadata: { name, labels: partOf, annotations: { 'agentsre.io/purpose': purpose } } };
}

function common({ rules, matchConditions, variables }: Policy): Readonly<Record<string, unknown>> {
  const resourceRules = rules.map(({ groups, resources, operations }) => ({
    apiGroups: groups,
    apiVersions: ['*'],
    operations,
    resources,
    scope: '*',
  }));
  return {
    failurePolicy: 'Fail',
    matchConstraints: { ...everything, resourceRules },
    ...(matchConditions && { matchConditions }),
    ...(variables && { variables }),
  };
}
