/**
 * The record of each workload, in a ConfigMap of the operator's namespace that outlives the plans it is about.
 *
 * Written by compare-and-swap, one entry a plan. A record that somebody has made unreadable counts as empty: nothing is earned by it.
 */
import { createHash } from 'node:crypto';
import { type ConfigMap, configMaps } from '../../crds/configMaps.ts';
import { RECORD_KEY, RECORD_LABELS, RECORD_PREFIX } from '../../crds/record.ts';
import type { LockTarget } from '../../domain/brakes.ts';
import { identityOf } from '../../domain/policy.ts';
import { type Entry, readRecord, type WorkloadRecord, withEntries } from '../../domain/record.ts';
import { isAlreadyExists, isConflict } from '../../kube/errors.ts';
import type { NewObject } from '../../kube/object.ts';
import type { LockParts } from './locks.ts';

type Parts = Omit<LockParts, 'now'>;
const TRIES_MAX = 5;

export async function loadRecord(parts: Parts, target: LockTarget): Promise<WorkloadRecord> {
  return recordIn(await read(parts, target), target);
}

export async function addToRecord(parts: Parts, target: LockTarget, entries: readonly Entry[]): Promise<void> {
  const { client, signal } = parts;
  for (let tries = 1; ; tries += 1) {
    const found = await read(parts, target);
    const before = recordIn(found, target);
    const after = withEntries(before, entries);
    if (after === before) return;
    const wanted = recordMap(parts, after);
    try {
      await (found === undefined
        ? client.create(configMaps, wanted, { signal })
        : client.replace(configMaps, { ...found, data: wanted.data ?? {} }, { signal }));
      return;
    } catch (error) {
      if (tries === TRIES_MAX || !(isConflict(error) || isAlreadyExists(error)))
        throw new Error(`write the record of ${identityOf(target)}`, { cause: error });
    }
  }
}

const read = ({ client, namespace, signal }: Parts, target: LockTarget): Promise<ConfigMap | undefined> =>
  client.get(configMaps, { namespace, name: recordName(target) }, { signal });

function recordIn(found: ConfigMap | undefined, { kind, namespace, name }: LockTarget): WorkloadRecord {
  const none: WorkloadRecord = { target: { kind, namespace, name }, entries: [] };
  return (found === undefined ? none : readRecord(found.data?.[RECORD_KEY] ?? '')) ?? none;
}

const recordName = (target: LockTarget): string =>
  `${RECORD_PREFIX}${createHash('sha256').update(identityOf(target)).digest('hex').slice(0, 20)}`;

function recordMap({ namespace }: Parts, record: WorkloadRecord): NewObject<ConfigMap> {
  return {
    metadata: { namespace, name: recordName(record.target), labels: RECORD_LABELS },
    data: { [RECORD_KEY]: JSON.stringify(record) },
  };
}
