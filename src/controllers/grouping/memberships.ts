/**
 * Writes groups into the status of their Incidents: `groupedInto` on members, a sample of the members and their number on the leader.
 *
 * These fields have a manager of their own, so that the Incident's own controller neither writes nor drops them. What is there already costs nothing.
 */
import { type Incident, incidents } from '../../crds/kinds.ts';
import type { Group } from '../../domain/grouping/group.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound } from '../../kube/errors.ts';
import { applyStatus } from '../../kube/status.ts';
import { bounded } from '../steps.ts';

const FIELD_MANAGER = 'agent-sre-grouping';
const MOST_MEMBERS = 100;
const MOST_WHY = 512;
const AT_ONCE = 8;

type Fields = Pick<NonNullable<Incident['status']>, 'groupedInto' | 'members' | 'membersTotal'>;

/** What each of these Incidents should say; @param now milliseconds since the epoch */
export function memberships(groups: readonly Group[], all: readonly Incident[], now: number): ReadonlyMap<Incident, Fields> {
  const byUid = new Map(all.map((incident) => [incident.metadata.uid, incident]));
  const gone = Map.groupBy(
    all.filter(({ status }) => status?.groupedInto !== undefined),
    ({ status }) => status?.groupedInto?.uid ?? '',
  );
  const wanted = new Map<Incident, Fields>();
  for (const { leader, members } of groups) {
    const leading = byUid.get(leader.id);
    if (leading === undefined) continue;
    const present = new Set(members.map(({ id }) => id));
    // Members that are over stay in the count: they were part of it.
    const over = (gone.get(leader.id) ?? []).filter(
      ({ metadata, status }) => !present.has(metadata.uid) && status?.resolvedAt !== undefined,
    );
    const listed = [...members, ...over.map(({ metadata, status }) => ({ name: metadata.name, why: status?.groupedInto?.why ?? '' }))];
    wanted.set(leading, leaderFields(listed));
    for (const { id, why } of members) {
      const member = byUid.get(id);
      if (member !== undefined) wanted.set(member, memberFields(member, leader, why, now));
    }
  }
  return wanted;
}

function leaderFields(members: readonly { readonly name: string; readonly why: string }[]): Fields {
  if (members.length === 0) return {};
  const sample = members.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MOST_MEMBERS);
  return { members: sample.map(({ name, why }) => ({ name, why: bounded(why, MOST_WHY) })), membersTotal: members.length };
}

function memberFields({ status }: Incident, { id, name }: Group['leader'], why: string, now: number): Fields {
  const before = status?.groupedInto;
  const since = before?.uid === id ? before.since : new Date(now).toISOString();
  return { groupedInto: { name, uid: id, why: bounded(why, MOST_WHY), since } };
}

export async function writeMemberships(client: KubeClient, wanted: ReadonlyMap<Incident, Fields>, signal: AbortSignal): Promise<void> {
  const left = [...wanted];
  const problems: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && !signal.aborted; next = left.shift()) {
      const [incident, fields] = next;
      await applyStatus(client, incidents, incident, fields, { fieldManager: FIELD_MANAGER, signal }).catch((error: unknown) => {
        // One that was deleted or replaced meanwhile is judged anew when the cache has heard of it.
        if (!isNotFound(error) && !isConflict(error)) problems.push(error);
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  signal.throwIfAborted();
  if (problems.length > 0) throw new AggregateError(problems, `${problems.length} Incidents could not be told their group`);
}
