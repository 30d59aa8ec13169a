/**
 * What a GitOps engine delivered, and how it stands: one shape for Flux and Argo CD. Times are milliseconds since the epoch; texts
 * are cleaned and cut. It says what the engine reports, and judges nothing.
 */
import { z } from 'zod';
import type { ObjectRef } from '../../crds/common.ts';
import { apiTime } from '../kubernetes/names.ts';

export type Engine = 'Flux' | 'ArgoCD';

export type DeliveryOutcome =
  /** The revision has been brought into the cluster. */
  | 'Applied'
  /** A source has been fetched, and is there to be applied. */
  | 'Fetched'
  | 'Progressing'
  | 'Failed'
  /** Applied, and what runs is not healthy. */
  | 'Unhealthy'
  | 'RolledBack';

export interface Delivery {
  readonly engine: Engine;
  /** The engine's object: a Kustomization, a HelmRelease, a source, an Application. */
  readonly object: ObjectRef;
  /** As the engine writes it; empty where it does not say. */
  readonly revision: string;
  /** The Git commit in it, where there is one. */
  readonly commit?: string | undefined;
  readonly at: number;
  readonly outcome: DeliveryOutcome;
  readonly message: string;
  /** Who asked for it, where a person did. */
  readonly by?: string | undefined;
}

/** How the engine's object stands now. */
export interface EngineState {
  readonly engine: Engine;
  readonly object: ObjectRef;
  readonly revision: string;
  readonly suspended: boolean;
  readonly sync: 'Synced' | 'OutOfSync' | 'Progressing' | 'Failed' | 'Unknown';
  readonly health: 'Healthy' | 'Progressing' | 'Unhealthy' | 'Unknown';
  readonly since?: number | undefined;
  /** Programmatic reason of the engine, and what it says. */
  readonly reason: string;
  readonly message: string;
}

/** What one object of an engine tells. */
export interface Told {
  readonly deliveries: readonly Delivery[];
  readonly states: readonly EngineState[];
}

export const NOTHING: Told = { deliveries: [], states: [] };
export const LONGEST_MESSAGE = 400;
/** Entries of a history that are read. */
export const MOST_ENTRIES = 50;

export const time = z
  .string()
  .nullish()
  .transform((text) => apiTime(text));
export const metadata = z.object({ name: z.string(), namespace: z.string().optional() });
export const conditions = z
  .array(
    z.object({
      type: z.string(),
      status: z.string(),
      reason: z.string().default(''),
      message: z.string().default(''),
      lastTransitionTime: time,
    }),
  )
  .max(50)
  .nullish();
export type Conditions = z.infer<typeof conditions>;

/** `main@sha1:<commit>`, `main/<commit>` of older versions of Flux, and a bare commit as Argo CD has it. */
export function commitIn(revision: string): string | undefined {
  return /(?:^|[:/])([0-9a-f]{40}|[0-9a-f]{64})$/u.exec(revision)?.[1];
}

export function refOf(apiVersion: string, kind: string, { name, namespace }: z.infer<typeof metadata>): ObjectRef {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** Newest first; what several places tell of one revision and outcome comes once, as the first of them that knows it. */
export function merged(deliveries: readonly Delivery[]): readonly Delivery[] {
  const keyed = deliveries.map(
    (each) => [`${each.object.kind}/${each.object.namespace}/${each.object.name} ${each.revision} ${each.outcome}`, each] as const,
  );
  const first = new Map<string, Delivery>();
  for (const [key, each] of keyed) if (!first.has(key)) first.set(key, each);
  return [...first.values()].toSorted((a, b) => b.at - a.at);
}
