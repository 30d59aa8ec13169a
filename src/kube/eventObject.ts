/** The Event of events.k8s.io/v1, within the bounds that the API server sets. */
import type { EventNote, EventRecorderOptions, Regarding } from './events.ts';
import { defineResource, type KubeObject } from './object.ts';

interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid: string;
}

export interface KubeEvent extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: ObjectReference;
  readonly related?: ObjectReference | undefined;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

export const events = defineResource<KubeEvent>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
});

const LONGEST_NOTE_BYTES = 1024;
const LONGEST_WORD = 128;
const LONGEST_NAME = 253;

type NewEvent = Omit<KubeEvent, 'metadata' | 'apiVersion' | 'kind'> & {
  readonly metadata: { readonly name: string; readonly namespace: string };
};

/** @param suffix makes the name unique: events of one object share its name otherwise */
export function eventFor(
  { clock, controller, instance }: EventRecorderOptions,
  regarding: Regarding,
  note: EventNote,
  suffix: string,
): NewEvent {
  const { name, namespace } = regarding.metadata;
  return {
    // Events about cluster-scoped objects live in the namespace `default`.
    metadata: { name: `${name.slice(0, LONGEST_NAME - suffix.length - 1)}.${suffix}`, namespace: namespace ?? 'default' },
    eventTime: microTime(clock.now()),
    reportingController: controller,
    reportingInstance: instance.slice(0, LONGEST_WORD),
    type: note.type,
    reason: note.reason.slice(0, LONGEST_WORD),
    action: note.action.slice(0, LONGEST_WORD),
    note: cutToBytes(note.note, LONGEST_NOTE_BYTES),
    regarding: referenceTo(regarding),
    related: note.related === undefined ? undefined : referenceTo(note.related),
  };
}

/** metav1.MicroTime. @param now milliseconds since the epoch */
export function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}

function referenceTo({ apiVersion, kind, metadata }: Regarding): ObjectReference {
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace, uid: metadata.uid };
}

/** Never cuts a character in two. */
function cutToBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  const cut = bytes.subarray(0, most - Buffer.byteLength('…')).toString('utf8');
  return `${cut.replace(/\uFFFD+$/u, '')}…`;
}
