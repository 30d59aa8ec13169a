/**
 * How trouble travels: for each kind of link, which failures of the dependency may cause which failures of what depends on it, how surely, and
 * how that is said.
 *
 * These are causality rules in the sense of the codebook approach to event correlation (Yemini et al., "High speed and robust event
 * correlation", IEEE Communications Magazine 34(5), 1996): a model of classes of objects, not of single alerts.
 */
import type { FailureMode } from './failureMode.ts';
import { type EntityKey, type LinkKind, spoken } from './topology.ts';

export interface Rule {
  /** How much of the belief in a cause survives this link, from 0 to 1. */
  readonly weight: number;
  readonly effects: ReadonlySet<FailureMode>;
  readonly causes: ReadonlySet<FailureMode>;
  /** What depends on it, said of the thing itself. */
  readonly words: (to: EntityKey) => string;
}

const modes = (...list: readonly FailureMode[]): ReadonlySet<FailureMode> => new Set(list);

/** What users and callers of something notice. */
const NOTICED: readonly FailureMode[] = ['errors', 'slow', 'down', 'crash', 'job', 'saturation', 'scaling', 'network', 'dns', 'apiClient'];
const NOTICED_BUT_NAMES = NOTICED.filter((mode) => mode !== 'dns');
/** Ways in which something stops serving well. */
const HARMS: readonly FailureMode[] = [
  'errors',
  'slow',
  'down',
  'crash',
  'oom',
  'image',
  'config',
  'pending',
  'full',
  'storage',
  'saturation',
  'certificate',
  'dns',
  'network',
  'pressure',
  'job',
];
const ALL_BUT_HINTS: readonly FailureMode[] = [...HARMS, 'node', 'control', 'quota', 'apiClient', 'other'];

export const PROPAGATION: Readonly<Record<LinkKind, Rule>> = {
  backs: {
    weight: 0.98,
    effects: modes(...NOTICED),
    causes: modes(...HARMS, 'node'),
    words: (to) => `is served by ${spoken(to)}`,
  },
  routes: {
    weight: 0.95,
    effects: modes(...NOTICED),
    causes: modes(...HARMS),
    words: (to) => `sends to ${spoken(to)}`,
  },
  calls: {
    weight: 0.85,
    // A name that is not found is no fault of whoever bears it.
    effects: modes(...NOTICED_BUT_NAMES),
    causes: modes(...HARMS),
    words: (to) => `calls ${spoken(to)}`,
  },
  names: {
    weight: 0.8,
    effects: modes(...NOTICED, 'pending', 'storage', 'image', 'certificate', 'other'),
    causes: modes(...ALL_BUT_HINTS),
    words: (to) => `its alert names ${spoken(to)}`,
  },
  runsOn: {
    weight: 0.9,
    effects: modes(...NOTICED_BUT_NAMES, 'storage'),
    causes: modes('node', 'pressure', 'network', 'down', 'saturation'),
    words: (to) => `runs on ${spoken(to)}`,
  },
  mounts: {
    weight: 0.95,
    effects: modes(...NOTICED, 'pending', 'storage'),
    causes: modes('full', 'storage', 'down', 'errors'),
    words: (to) => `keeps its data on ${spoken(to)}`,
  },
  storedOn: {
    weight: 0.85,
    effects: modes('storage', 'down', 'errors'),
    causes: modes('storage', 'down', 'errors', 'node', 'slow'),
    words: (to) => `is stored on ${spoken(to)}`,
  },
  provisionedBy: {
    weight: 0.85,
    effects: modes('storage', 'pending'),
    causes: modes('storage', 'down', 'errors', 'crash', 'oom', 'image', 'config'),
    words: (to) => `gets its volume from ${spoken(to)}`,
  },
  refersTo: {
    weight: 0.85,
    effects: modes('crash', 'config', 'errors', 'down', 'slow', 'certificate', 'dns', 'network'),
    causes: modes('config', 'certificate', 'other'),
    words: (to) => `takes its configuration from ${spoken(to)}`,
  },
  certifiedBy: {
    weight: 0.95,
    effects: modes('errors', 'down', 'certificate', 'crash', 'network'),
    causes: modes('certificate', 'config'),
    words: (to) => `shows ${spoken(to)}`,
  },
  servedBy: {
    weight: 0.9,
    effects: modes('errors', 'slow', 'down'),
    causes: modes(...HARMS),
    words: (to) => `is served by ${spoken(to)}`,
  },
  within: {
    weight: 0.9,
    effects: modes('node', 'network', 'pressure', 'down'),
    causes: modes(...ALL_BUT_HINTS),
    words: (to) => `lies in ${spoken(to)}`,
  },
  agentOf: {
    weight: 0.7,
    effects: modes('node', 'network'),
    // Not merely absent: on a node that is lost it is an effect.
    causes: modes('crash', 'oom', 'image', 'config'),
    words: (to) => `needs ${spoken(to)} for its network`,
  },
  pullsFrom: {
    weight: 0.9,
    effects: modes('image'),
    causes: modes(...ALL_BUT_HINTS),
    words: (to) => `pulls its image from ${spoken(to)}`,
  },
  limitedBy: {
    weight: 0.85,
    effects: modes('pending', 'down', 'job', 'scaling'),
    causes: modes('quota'),
    words: (to) => `is limited by ${spoken(to)}`,
  },
  guardedBy: {
    weight: 0.85,
    effects: modes('errors', 'slow', 'down', 'network', 'dns', 'crash', 'job'),
    causes: modes('network', 'config', 'other'),
    words: (to) => `is cut off by ${spoken(to)}`,
  },
  meteredBy: {
    weight: 0.85,
    effects: modes('scaling', 'saturation'),
    causes: modes('down', 'crash', 'errors', 'control', 'oom', 'image', 'network', 'certificate'),
    words: (to) => `is scaled by metrics of ${spoken(to)}`,
  },
  partOf: {
    weight: 0.85,
    effects: modes('control', 'apiClient', 'pending', 'scaling', 'down', 'errors', 'slow', 'crash'),
    causes: modes(...ALL_BUT_HINTS, 'slow', 'saturation'),
    words: (to) => `needs ${spoken(to)}`,
  },
};

/** What is needed to make, place and count pods: whoever calls one that runs does not notice. */
export const ADMINISTRATIVE: ReadonlySet<LinkKind> = new Set(['pullsFrom', 'limitedBy', 'meteredBy', 'provisionedBy']);

/** A crash or a readiness that follows a dependency is rarer than errors: programs that exit without their database are many, but not most. */
const RARELY_BY_CALL: Partial<Record<FailureMode, number>> = { crash: 0.75, down: 0.9, saturation: 0.7, scaling: 0.6 };

export function weightOf(kind: LinkKind, effect: FailureMode | undefined, share: number): number {
  const { weight } = PROPAGATION[kind];
  if (kind === 'runsOn') return weight * (0.6 + 0.4 * share);
  return kind === 'calls' && effect !== undefined ? weight * (RARELY_BY_CALL[effect] ?? 1) : weight;
}
