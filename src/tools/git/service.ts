/** Where in Git a service comes from, as the cluster says, and what is known of the commits that touched it. */

import type { ObjectRef } from '../../crds/common.ts';
import type { Change } from '../../crds/investigation.ts';
import { findOwner, type Owner } from '../../gitops/owner.ts';
import { createCallBudget } from '../../sources/budget.ts';
import { gatherDeliveries } from '../../sources/deliveries/gather.ts';
import { claimsOn } from '../../sources/deliveries/owners.ts';
import { oneLine } from '../../text/plain.ts';
import { isAllowed } from '../caller.ts';
import { troubleOf } from '../errors.ts';
import { defined, objectText } from '../incidents/shapes.ts';
import type { Call } from '../tool.ts';
import { withoutCredentials } from './deployed.ts';
import type { GitDeps } from './deps.ts';

export interface ServiceInGit {
  /** As in `Deployment/shop/checkout`. */
  readonly object: string;
  readonly namespace: string;
  readonly name: string;
  readonly engine: Owner['engine'];
  readonly by?: string;
  readonly repository?: string;
  readonly ref?: string;
  readonly path?: string;
  readonly revision?: string;
  /** What keeps it from being told, or deployed. */
  readonly note?: string;
  readonly commits: readonly KnownCommit[];
  readonly deliveries: readonly { readonly at: string; readonly revision: string; readonly outcome: string }[];
}

export interface KnownCommit {
  readonly commit: string;
  readonly at: string;
  readonly author?: string;
  readonly summary: string;
  readonly repository?: string;
}

export async function serviceInGit(deps: GitDeps, service: string, namespace: string | undefined, call: Call): Promise<ServiceInGit> {
  const found = await deps.workloads.find(service, namespace, call);
  const ref = { kind: found.kind, namespace: found.namespace, name: found.name };
  const owner = await findOwner(deps.client, ref, { signal: call.signal }).catch((error: unknown) => {
    throw troubleOf(`find out who deploys ${objectText(ref)}`, error);
  });
  const [commits, more] = await Promise.all([commitsOf(deps, ref, call), ownerFacts(deps, owner, found.object, call)]);
  return { object: objectText(ref), namespace: found.namespace, name: found.name, engine: owner.engine, commits, ...more };
}

const DELIVERED_WITHIN_MS = 7 * 24 * 3_600_000;
const MOST_CALLS = 12;
const MOST_SHOWN = 10;

/** Of the engine's objects, what the caller may see. */
async function ownerFacts(
  { client, cleaner, records }: GitDeps,
  owner: Owner,
  workload: unknown,
  call: Call,
): Promise<Omit<ServiceInGit, 'object' | 'namespace' | 'name' | 'engine' | 'commits'>> {
  if (owner.engine === 'None') return { deliveries: [] };
  const { object } = owner;
  if (object === undefined || !(await maySee(object, call))) {
    const note = object === undefined ? undefined : `You may not see ${objectText(object)}, which deploys it.`;
    return { deliveries: [], ...defined({ note: note ?? ('reason' in owner ? owner.reason : undefined) }) };
  }
  if (owner.engine === 'Unsupported') return { by: objectText(object), note: cleaner.line(owner.reason), deliveries: [] };
  const now = records.clock.now();
  const asking = { kube: client, budget: createCallBudget(MOST_CALLS, 4), cleaner, signal: call.signal };
  const { deliveries } = await gatherDeliveries(asking, claimsOn([workload]), { start: now - DELIVERED_WITHIN_MS, end: now });
  const suspended = owner.suspended ? 'It, or its source, is suspended: what is committed is not deployed.' : undefined;
  const failing = owner.ready.ok ? undefined : `It is not ready: ${cleaner.line(`${owner.ready.reason}: ${owner.ready.message}`)}`;
  return {
    by: objectText(object),
    repository: cleaner.line(withoutCredentials(owner.repository)),
    ref: owner.ref,
    path: owner.path,
    ...defined({ revision: owner.revision, note: suspended ?? failing }),
    deliveries: deliveries.slice(0, MOST_SHOWN).map(({ at, revision, outcome }) => ({ at: new Date(at).toISOString(), revision, outcome })),
  };
}

const PLURALS: Readonly<Record<string, string>> = {
  Kustomization: 'kustomizations',
  HelmRelease: 'helmreleases',
  Application: 'applications',
};

function maySee({ apiVersion = '', kind, namespace, name }: ObjectRef, call: Call): Promise<boolean> {
  const resource = PLURALS[kind];
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return resource === undefined ? Promise.resolve(true) : isAllowed(call, { verb: 'get', group, resource, namespace, name });
}

/** What Investigations that the caller may see have found to have changed it. */
async function commitsOf({ records }: GitDeps, ref: ObjectRef, call: Call): Promise<readonly KnownCommit[]> {
  const investigations = await records.investigations.list(call).catch(() => []);
  const touching = investigations
    .flatMap(({ status }) => status?.changes ?? [])
    .filter((change) => change.commit !== undefined && touches(change, ref));
  const latest = touching.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return [...new Map(latest.map((change) => [change.commit, change])).values()]
    .slice(0, MOST_SHOWN)
    .map(({ commit = '', at, author, summary, repository }) => ({
      commit,
      at,
      summary: oneLine(summary),
      ...defined({ author: author === undefined ? undefined : oneLine(author), repository }),
    }));
}

function touches({ object, fields = [] }: Change, ref: ObjectRef): boolean {
  const name = objectText(ref);
  return (object !== undefined && objectText(object) === name) || fields.some((field) => field.object === name);
}
