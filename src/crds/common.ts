/**
 * Shapes that several kinds share, with the bounds that keep an object under 64 KiB and the cost of its CEL rules finite.
 *
 * Every string, list and map here and in the kinds is bounded, and nothing is a union: a member is chosen by a `type` enum
 * with one optional struct a member (structural schemas allow nothing else). What zod cannot say, CEL says in `rules.ts`.
 */
import { z } from 'zod';

export const GROUP = 'agentsre.io';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const CATEGORY = 'sre';

export const text = (max: number) => z.string().max(max);
export const nonEmpty = (max: number) => z.string().min(1).max(max);
/** RFC 3339, as metav1.Time and MicroTime print it; the API server checks it as `date-time`. */
export const timestamp = () => z.string().max(40).meta({ format: 'date-time' });
export const name = () => nonEmpty(253);
export const namespaceName = () => text(63);
export const sha256 = () =>
  z
    .string()
    .max(71)
    .regex(/^sha256:[0-9a-f]{64}$/u);
export const commitId = () =>
  z
    .string()
    .max(64)
    .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/u);
export const count = () => z.int().min(0);
export const seconds = (max: number) => z.int().min(0).max(max);
export const labelMap = (entries: number) => z.record(nonEmpty(317), text(1024)).meta({ maxProperties: entries });

/** A reference is one value: server-side apply replaces it whole, and never mixes the fields of two. */
const oneValue = { 'x-kubernetes-map-type': 'atomic' } as const;

/** A namespaced or cluster-scoped object by name. `namespace` is absent for cluster-scoped kinds. */
export const objectRef = z
  .object({
    apiVersion: text(317)
      .optional()
      .describe('API version, for example apps/v1. Absent: the kind is looked up among the ones Agent-SRE knows.'),
    kind: nonEmpty(63).describe('Kind, for example Deployment.'),
    namespace: namespaceName().optional().describe('Namespace; absent for cluster-scoped kinds.'),
    name: name().describe('Name of the object.'),
    uid: text(64).optional().describe('Uid, once the object has been seen; a later object of the same name is another one.'),
    container: text(63).optional().describe('Container in the pod template that is meant, where one is.'),
  })
  .meta(oneValue);
export type ObjectRef = z.infer<typeof objectRef>;

/** An object of ours in the same namespace, pinned by uid. */
export const pinnedRef = z
  .object({
    name: name().describe('Name, in the namespace of this object.'),
    uid: nonEmpty(64).describe('Uid: a later object of the same name does not count.'),
  })
  .meta(oneValue);

/** As many groups as identity providers put into a token. */
export const GROUPS_MAX = 256;

export const requester = z
  .object({
    username: nonEmpty(253).describe('User name as the API server authenticated it.'),
    groups: z.array(text(253)).max(GROUPS_MAX).optional().describe('Groups as the API server authenticated them.'),
  })
  .meta(oneValue);
export type Requester = z.infer<typeof requester>;

export const requestedBy = () =>
  requester.optional().describe('Who asked for this: stamped by the API server, so that what is looked at is what this person may see.');

/** One field of one rendered object, before and after. */
export const fieldChange = z.object({
  object: text(512).describe('The object, as kind/namespace/name.'),
  path: text(512).describe('Path of the field in it.'),
  before: text(256).optional().describe('Value before; absent: there was none.'),
  after: text(256).optional().describe('Value after; absent: there is none.'),
});

/** A revision that a GitOps engine reported. */
export const syncRecord = z.object({
  revision: text(255).describe('Revision, as the engine reports it.'),
  at: timestamp().describe('When it was seen.'),
});

/** metav1.Condition. */
export const condition = z.object({
  type: nonEmpty(316).describe('Type of the condition.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
  reason: nonEmpty(1024).describe('Programmatic reason, CamelCase, from the documented vocabulary.'),
  message: text(4096).describe('What happened, for people.'),
  lastTransitionTime: timestamp().describe('When the status last changed.'),
  observedGeneration: count().optional().describe('The generation of the spec that this condition was computed from.'),
});
export const conditions = () =>
  z
    .array(condition)
    .max(16)
    .optional()
    .describe('The truth about this object; the phase is derived from it.')
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });

export const observedGeneration = () => count().optional().describe('The generation of the spec that this status was computed from.');

/** Who has to act next. `Nobody` is for objects that have reached their end, `AgentSRE` while we are at work. */
const WAITING_ON = ['AgentSRE', 'Person', 'GitHost', 'Engine', 'Verification', 'Nobody'] as const;
export const waitingOn = () =>
  z
    .object({
      who: z.enum(WAITING_ON).describe('Who has to act next.'),
      detail: text(512).optional().describe('What they have to do, or who the person is.'),
    })
    .optional()
    .describe('Who has to act for this to move on.');

export const usage = () =>
  z
    .object({
      tokens: count().describe('Language-model tokens spent.'),
      moneyMicros: count().describe('Money spent on models, in millionths of the configured currency.'),
      toolCalls: count().describe('Calls to sources and tools.'),
    })
    .optional()
    .describe('What was spent.');
