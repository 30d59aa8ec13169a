/**
 * Whether an Application runs what a commit says, by what Argo CD reports itself.
 *
 * It has applied a revision when it has compared the cluster with it and found no difference, or when a sync of it has succeeded. Whether what it runs is
 * well is another question, and for the verification.
 */
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import type { GitOwner } from '../owner.ts';
import { ownerNow, type SyncState, waiting } from '../syncState.ts';
import { type Application, applications, failureOf, isAutomated, sourcesOf } from './resources.ts';

/** @param contains whether a revision is, or descends from, the commit */
export async function applicationSync(
  client: KubeClient,
  { object }: GitOwner,
  contains: (revision: string | undefined) => Promise<boolean>,
  options: CallOptions,
): Promise<SyncState> {
  const { name, namespace = '' } = object;
  const where = `Application ${namespace}/${name}`;
  const application = await ownerNow(client, applications, object, options);
  if ('state' in application) return application;
  const { sync, operationState, health } = application.status ?? {};
  const [compared, operated] = [await holding(contains, sync), await holding(contains, operationState?.syncResult)];
  const applied =
    sync?.status === 'Synced' && compared !== undefined ? compared : operationState?.phase === 'Succeeded' ? operated : undefined;
  if (applied !== undefined && isComparedTo(application))
    return { state: 'synced', revision: applied, healthy: health?.status === 'Healthy' };
  return notSynced(application, where, { compared, operated });
}

interface Seen {
  readonly compared: string | undefined;
  readonly operated: string | undefined;
}

function notSynced({ spec, status, metadata: { name } }: Application, where: string, { compared, operated }: Seen): SyncState {
  const { phase = '', message = phase } = status?.operationState ?? {};
  if (!isAutomated(spec)) return waiting('Suspended', `${where} is not synced automatically: sync it (argocd app sync ${name})`);
  if (operated !== undefined && ['Failed', 'Error'].includes(phase))
    return waiting('Failing', `${where} can’t sync the commit: ${message}`);
  const failing = failureOf(status);
  if (failing !== undefined) return waiting('Failing', `${where}: ${failing.type}: ${failing.message}`);
  if (compared !== undefined) return waiting('Progressing', `${where} is at work: ${message}`);
  return waiting('OlderRevision', `${where} has not come to the commit yet; argocd app get ${name} --refresh makes it look`);
}

async function holding(
  contains: (revision: string | undefined) => Promise<boolean>,
  result: { readonly revision?: string; readonly revisions?: readonly string[] } | undefined,
): Promise<string | undefined> {
  for (const revision of [result?.revision, ...(result?.revisions ?? [])]) if (await contains(revision)) return revision;
  return undefined;
}

/** The report is about what the Application says now, and not about what it said before the commit. */
function isComparedTo({ spec, status }: Application): boolean {
  const comparedTo = status?.sync?.comparedTo;
  return comparedTo === undefined || saying(sourcesOf(comparedTo)) === saying(sourcesOf(spec));
}

/** What a source says, however it is written: without what is empty, as Argo CD leaves that out, and in one order. */
function saying(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const said = Object.entries(inner).filter(([, one]) => !isEmpty(one));
    return Object.fromEntries(said.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isEmpty);
  return value === undefined || value === null || value === '' || value === false;
}
